"""A picture that a visitor uploads, pastes or takes, as a Gradio component."""

import base64
import binascii

import gradio as gr
from gradio.data_classes import ImageData
from PIL import Image

from fmnist_demo.errors import UserError
from fmnist_demo.images.preprocessing import Prepared, prepare
from fmnist_demo.images.reading import open_image


def prepare_picture(value: Image.Image | UserError) -> Prepared:
    """Preprocess the value of a `Picture`. Raises `UserError`, or the one that the value is."""
    if isinstance(value, UserError):
        raise value
    return prepare(value)


class Picture(gr.Image):
    """`gr.Image` that opens files with `open_image`: it limits their size and keeps transparency.

    Its value in Python is a PIL image, a `UserError` if the file is not a usable picture, or None.
    The error is a value so that the page can show it in place of the answers.
    """

    def get_block_name(self) -> str:
        """Drawn in the browser by Gradio's own image component."""
        return "image"

    def preprocess(self, payload: ImageData | None) -> Image.Image | UserError | None:
        """Open the file, or the data URL, that the payload names."""
        if payload is None:
            return None
        try:
            if payload.url and payload.url.startswith("data:"):
                encoded = payload.url.partition(",")[2]
                return open_image(base64.b64decode(encoded, validate=True))
            if not payload.path:
                raise UserError("The request contains no picture: send a file.")
            return open_image(payload.path)
        except binascii.Error:
            return UserError("The picture is not valid base64: send a PNG or JPEG data URL.")
        except UserError as error:
            return error
