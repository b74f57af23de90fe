"""CRM exports, one file per system."""
