"""The MLP and all that looks into one."""
