"""HTML from Jinja2 templates, which escape whatever is put into them."""

from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined

_ENVIRONMENT = Environment(
    loader=FileSystemLoader(Path(__file__).parent),
    autoescape=True,
    trim_blocks=True,
    lstrip_blocks=True,
    undefined=StrictUndefined,
)


def render(name: str, **values: object) -> str:
    """Fill in a template, named by its path in this folder.

    Values are escaped unless they are `markupsafe.Markup`.
    """
    return _ENVIRONMENT.get_template(name).render(values)
