"""Many trainings: sweeps, the regularisation path, the study and its findings."""
