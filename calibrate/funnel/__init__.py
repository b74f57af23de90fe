"""From lead to customer: time to close, stages, value, worked leads, fading, e-mails, key figures."""
