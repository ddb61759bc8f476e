"""Options that the page's listeners share."""

QUIET = {
    "show_progress": "hidden",
    # Gradio's page keeps the progress of every output, hidden or not, and at each event copies all
    # that these outputs hold, tabs with everything in them: a third of the time of an answer.
    "show_progress_on": [],
    "api_visibility": "private",
}
"""No progress is laid over the outputs, and the API does not list the listener."""

AT_ONCE = QUIET | {"queue": False}
"""`QUIET`, and run outside the queue."""
