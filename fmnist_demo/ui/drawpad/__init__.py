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

_HERE = Path(__file__).parent
_PREFIX = "data:image/png;base64,"
MAX_LENGTH = 200_000
"""Characters of the longest drawing that is read; the canvas sends about 4,000."""


def encode(picture: np.ndarray, kind: str = "PNG") -> str:
    """A picture, uint8 (H, W) or (H, W, 3), as a data URL; `kind` is `PNG` or `JPEG`."""
    buffer = io.BytesIO()
    # A drawing consists of runs of one colour, which run-length encoding finds in half the time.
    Image.fromarray(picture).save(buffer, kind, compress_type=zlib.Z_RLE)
    return f"data:image/{kind.lower()};base64,{base64.b64encode(buffer.getvalue()).decode()}"


class DrawPad(gr.HTML):
    """A canvas to draw on. Its value in Python is a PIL image, or None while it is empty.

    `examples`: dicts with `label` and `src`, a PNG data URL, shown as buttons under the canvas.
    `interval`: the shortest time between two drawings sent while the pen is down, in milliseconds.
    The event to listen to is `input`.
    """

    def __init__(self, *, examples: list[dict] | None = None, interval: int = 100, **kwargs):
        super().__init__(
            value="",
            html_template=(_HERE / "drawpad.html").read_text(encoding="utf-8"),
            css_template=(_HERE / "drawpad.css").read_text(encoding="utf-8"),
            js_on_load=(_HERE / "drawpad.js").read_text(encoding="utf-8"),
            examples=examples or [],
            interval=interval,
            size=SIZE,
            **kwargs,
        )

    def preprocess(self, payload: str | None) -> Image.Image | None:
        """Decode what the canvas sent. Raises `gr.Error` for anything else."""
        if not payload:
            return None
        try:
            if not isinstance(payload, str) or not payload.startswith(_PREFIX):
                raise UserError("The drawing must be a PNG data URL.")
            if len(payload) > MAX_LENGTH:
                raise UserError(f"The drawing may have at most {MAX_LENGTH:,} characters.")
            return open_image(base64.b64decode(payload[len(_PREFIX) :], validate=True))
        except ValueError as error:
            problem = "The drawing is not valid base64: send a PNG data URL."
            raise gr.Error(problem, print_exception=False) from error
        except UserError as error:
            raise gr.Error(str(error), print_exception=False) from error

    def api_info(self) -> dict:
        return {"type": "string", "description": "PNG data URL, dark ink on white"}
