"""The drawing canvas, as a Gradio component; its HTML, CSS and JavaScript lie beside this file.

Its value is a picture: dark ink on white paper.
"""

import base64
import io
import zlib
from pathlib import Path

import gradio as gr
import numpy as np
from PIL import Image

from fmnist_demo.errors import UserError
from fmnist_demo.images.reading import open_image
from fmnist_demo.images.strokes import SIZE

MAX_LENGTH = 200_000
"""Characters of the longest drawing that is read; the canvas sends about 4,000."""


def encode(picture: np.ndarray, kind: str = "PNG") -> str:
    """A picture, uint8 (H, W) or (H, W, 3), as a data URL; `kind` is `PNG` or `JPEG`."""
    buffer = io.BytesIO()
    # A drawing consists of runs of one colour, which run-length encoding finds in half the time.
    Image.fromarray(picture).save(buffer, kind, compress_type=zlib.Z_RLE)
    return f"data:image/{kind.lower()};base64,{base64.b64encode(buffer.getvalue()).decode()}"


def decode(url: str) -> Image.Image:
    """The picture in a data URL. Raises `UserError`, also for what `open_image` rejects."""
    try:
        data = base64.b64decode(url.partition(",")[2], validate=True)
    except ValueError as error:
        problem = "The picture is not valid base64: send a PNG or JPEG data URL."
        raise UserError(problem) from error
    return open_image(data)


class DrawPad(gr.HTML):
    """A canvas to draw on. Its value in Python is a PIL image, or None while it is empty.

    `examples`: dicts with `label` and `src`, a PNG data URL, shown as buttons under the canvas.
    The event to listen to is `input`.
    """

    def __init__(self, examples: list[dict] | None = None, **kwargs):
        html, css, js = (
            (Path(__file__).parent / f"drawpad.{kind}").read_text(encoding="utf-8")
            for kind in ("html", "css", "js")
        )
        super().__init__(
            value="",
            html_template=html,
            css_template=css,
            js_on_load=js,
            examples=examples or [],
            size=SIZE,
            **kwargs,
        )

    def preprocess(self, payload: str | None) -> Image.Image | None:
        """Decode what the canvas sent. Raises `UserError` for anything else."""
        if not payload:
            return None
        if not isinstance(payload, str) or not payload.startswith("data:image/png;base64,"):
            raise UserError("The drawing must be a PNG data URL.")
        if len(payload) > MAX_LENGTH:
            raise UserError(f"The drawing may have at most {MAX_LENGTH:,} characters.")
        return decode(payload)
