"""calibrate: points grids from counted leads."""
