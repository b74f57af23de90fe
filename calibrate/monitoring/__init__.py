"""A grid in use: drift against its calibration, and trials of a new one."""
