"""Which leads can be judged, and on what: columns, CRMs, cohorts, events, history."""
