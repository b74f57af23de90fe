"""calibrate: points grids from counted leads."""

__version__ = "0.1.0"
