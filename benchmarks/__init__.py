"""Measures how fast the project is; `stress` tests it under load and faults."""
