"""How fast, and how steady under load and faults, the project is. The app does not need it."""
