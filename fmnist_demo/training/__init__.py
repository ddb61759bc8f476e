"""The training loop, the settings a visitor may choose, and the lab."""
