"""A picture that a visitor uploads, pastes or takes, as a Gradio component."""

import gradio as gr
from gradio.data_classes import ImageData
from PIL import Image

from fmnist_demo.images.reading import open_image
from fmnist_demo.ui.drawpad import decode


class Picture(gr.Image):
    """`gr.Image` that opens files with `open_image`: it limits their size and keeps transparency.

    Its value in Python is a PIL image, or None.
    """

    is_template = True  # the browser draws Gradio's own image component

    def preprocess(self, payload: ImageData | None) -> Image.Image | None:
        """Open the file, or the data URL, that the payload names. Raises `UserError`."""
        if payload and payload.url and payload.url.startswith("data:"):
            return decode(payload.url)
        return open_image(payload.path) if payload and payload.path else None
