"""Why a training ended, and how the lab's verdict on it begins."""

ALL_EPOCHS, EARLY_STOPPING = "all epochs", "early stopping"
"""`fit` ended by itself."""

STOPPED, TIME_LIMIT, PAUSE_LIMIT = "stopped", "time limit", "pause limit"
"""The visitor or the lab ended it; its checkpoint says `INTERRUPTED`."""

INTERRUPTED = "interrupted"

VERDICTS = {
    ALL_EPOCHS: "All {epochs} epochs trained",
    EARLY_STOPPING: "Stopped early at epoch {epochs}",
    STOPPED: "Stopped by you after epoch {epochs}",
    TIME_LIMIT: "Stopped after epoch {epochs} by the time limit",
    PAUSE_LIMIT: "Stopped after epoch {epochs} because the pause was too long",
}
