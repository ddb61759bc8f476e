"""Options that the page's listeners share."""

QUIET = {
    "show_progress": "hidden",
    # Gradio's page tracks the progress of every output, even hidden ones, and copies the outputs
    # with all their contents at each event, which takes a third of the time of an answer.
    "show_progress_on": [],
    "api_visibility": "private",
}
"""Shows no progress over the outputs, and hides the listener from the API."""

AT_ONCE = QUIET | {"queue": False}
"""`QUIET`, and runs outside the queue."""
