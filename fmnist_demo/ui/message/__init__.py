"""A sentence on the page: a hint, a result or an error."""

from markupsafe import Markup

from fmnist_demo.ui.templates import render


def message(text: str, role: str = "status") -> Markup:
    """A sentence in a box; `role` is `status`, or `alert` for an error."""
    return render("message/message.html", text=text, role=role)
