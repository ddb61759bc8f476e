"""Rejects requests that are too large, URLs in place of files, and malformed inputs.

Without it Gradio would read a request of any size into memory, read any picture on its own disk
that a request names, fetch files from addresses, keep parts of interrupted uploads, and reject
malformed inputs without a message.
"""

import re
from collections.abc import Iterable, Iterator
from contextlib import contextmanager

import gradio as gr
from gradio_client import utils
from starlette.exceptions import HTTPException
from starlette.formparsers import MultiPartException
from starlette.requests import Request
from starlette.responses import JSONResponse

from fmnist_demo.errors import UserError
from fmnist_demo.images.reading import MAX_BYTES

MAX_REQUEST = 2**20
"""Bytes of the largest request other than an upload: parsed JSON takes up to 30 times its size."""

_FORM = 2**16  # bytes that an upload's form may add to its file
_ADDRESS = re.compile(r"/file[=/]https?:/", re.IGNORECASE)


class GuardedBlocks(gr.Blocks):
    """`gr.Blocks` that reports an invalid input in one sentence."""

    async def preprocess_data(self, block_fn, inputs, *args, **kwargs):
        """Preprocess as Gradio does. Raises `gr.Error` if an input is invalid."""
        try:
            with errors_in_a_sentence():
                utils.traverse(inputs, _check_file, lambda v: isinstance(v, dict) and "path" in v)
                return await super().preprocess_data(block_fn, inputs, *args, **kwargs)
        except UserError as error:
            raise gr.Error(str(error), print_exception=False) from error


@contextmanager
def errors_in_a_sentence() -> Iterator[None]:
    """Turn every exception but `UserError` into a `gr.Error` of one sentence."""
    try:
        yield
    except UserError:
        raise
    except gr.Error as error:
        sentence = " ".join(error.message.split())[:300].rstrip(".")
        sentence = sentence.encode(errors="replace").decode()  # a lone surrogate cannot be sent
        raise gr.Error(f"{sentence}.", print_exception=False) from error
    except Exception as error:
        raise gr.Error(
            "The request does not have the expected form: see “Use via API” at the bottom of the "
            "page.",
            print_exception=False,
        ) from error


def preprocessed(components: Iterable[gr.components.Component], payloads: Iterable) -> list:
    """The inputs of a listener with `preprocess=False`, preprocessed by their components.

    This runs in the listener's thread; Gradio would start a thread for each input. Raises
    `UserError` or `gr.Error` if an input is invalid.
    """
    values = []
    with errors_in_a_sentence():
        for component, payload in zip(components, payloads, strict=True):
            if payload is not None and (model := getattr(component, "data_model", None)):
                payload = model.model_validate(payload)
            values.append(component.preprocess(payload))
    return values


class Limits:
    """ASGI middleware that limits the size of requests and serves no files from other hosts."""

    def __init__(self, app):
        self.app = app

    async def __call__(self, scope, receive, send):
        if scope["type"] != "http":
            return await self.app(scope, receive, send)
        if _ADDRESS.search(scope["path"]):
            detail = "Files on other hosts are not served."
            return await JSONResponse({"detail": detail}, 403)(scope, receive, send)

        upload = scope["path"].rstrip("/").endswith("/upload")
        limit = MAX_BYTES + _FORM if upload else MAX_REQUEST
        detail = f"The request is larger than {limit // 2**20} MB: send less at a time."
        length = Request(scope).headers.get("content-length", "")
        if length.isdecimal() and int(length) > limit:
            return await JSONResponse({"detail": detail}, 413)(scope, receive, send)
        received = 0

        async def bounded():
            nonlocal received
            message = await receive()
            received += len(message.get("body", b""))
            if received > limit:
                raise MultiPartException(detail) if upload else HTTPException(413, detail)
            if upload and message["type"] == "http.disconnect":
                # Only after this exception does Gradio delete the part that has arrived.
                raise MultiPartException("The upload was interrupted.")
            return message

        try:
            return await self.app(scope, bounded, send)
        except TypeError:
            if not upload:
                raise
            detail = "The upload does not have the expected form: send the file with its name."
            return await JSONResponse({"detail": detail}, 400)(scope, receive, send)


def _check_file(file: dict) -> dict:
    """Reject a path without the mark of a file: Gradio would read it without a check.

    Raises `ValueError` for a file without the mark, `gr.Error` for a URL.
    """
    if utils.is_http_url_like(file["path"]):
        raise gr.Error(
            "Files are not fetched from URLs: download the file and upload it.",
            print_exception=False,
        )
    if file["path"] is not None and not utils.is_file_obj_with_meta(file):
        raise ValueError("The file is not marked as a file.")
    return file
