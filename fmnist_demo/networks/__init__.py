"""The MLP: its checkpoints, predictions, calibration, penalties and metrics."""
