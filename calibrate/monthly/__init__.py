"""The month's work: settings, run, publish, adopt, demo, notebook."""
