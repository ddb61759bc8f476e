"""HTML from the templates that lie beside their components."""

from functools import cache
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

_ENVIRONMENT = Environment(
    loader=FileSystemLoader(Path(__file__).parent),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
    auto_reload=False,
)

_template = cache(_ENVIRONMENT.get_template)


def render(name: str, /, **values) -> Markup:
    """Fill in a template, named by its path relative to this folder, such as `answers/card.html`.

    Values are escaped unless they are `Markup`, which stands for HTML. The result is `Markup` too,
    so that it can be a value of another template. Raises `jinja2.UndefinedError` if a value that
    the template uses is missing.
    """
    return Markup(_template(name).render(values))
