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
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import JSONResponse

MAX_UPLOAD = 20 * 2**20
"""Bytes of the largest file that a visitor may send."""

MAX_REQUEST = 2**20
"""Bytes of the largest request that is no upload: parsed JSON takes up to 30 times its size."""

_FORM = 2**16  # what an upload's form may add to its file
_ADDRESS = re.compile(r"/file[=/]https?:/", re.IGNORECASE)


class GuardedBlocks(gr.Blocks):
    """`gr.Blocks` that reports an invalid input in one sentence."""

    async def preprocess_data(self, block_fn, inputs, *args, **kwargs):
        """As Gradio's. Raises `gr.Error` for whatever is wrong with the inputs."""
        with in_a_sentence():
            utils.traverse(inputs, _check_file, _names_a_file)
            return await super().preprocess_data(block_fn, inputs, *args, **kwargs)


@contextmanager
def in_a_sentence() -> Iterator[None]:
    """Turn every exception about a visitor's input into a `gr.Error` of one sentence."""
    try:
        yield
    except gr.Error as error:
        words = " ".join(error.message.split())[:300].rstrip(".")
        words = words.encode(errors="replace").decode()  # half a character cannot be sent
        raise gr.Error(f"{words}.", print_exception=False) from error
    except Exception as error:
        raise gr.Error(
            "The request does not have the expected form: see “Use via API” at the bottom of the "
            "page.",
            print_exception=False,
        ) from error


def preprocessed(components: Iterable[gr.components.Component], payloads: Iterable) -> list:
    """What a listener with `preprocess=False` was sent, as its components make it.

    In the listener's own thread: Gradio would start one for each. Raises `gr.Error`.
    """
    with in_a_sentence():
        return [_preprocessed(*pair) for pair in zip(components, payloads, strict=True)]


def _preprocessed(component: gr.components.Component, payload: object) -> object:
    if payload is not None and (model := getattr(component, "data_model", None)):
        payload = model.model_validate(payload)
    return component.preprocess(payload)


class Limits:
    """ASGI middleware: bounds the size of requests, and serves no file of another host."""

    def __init__(self, app):
        self.app = app

    async def __call__(self, scope, receive, send):
        if scope["type"] != "http":
            return await self.app(scope, receive, send)
        if _ADDRESS.search(scope["path"]):
            detail = "Files on other hosts are not served."
            return await JSONResponse({"detail": detail}, 403)(scope, receive, send)

        upload = scope["path"].rstrip("/").endswith("/upload")
        limit = MAX_UPLOAD + _FORM if upload else MAX_REQUEST
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
                # The one kind of exception on which Gradio deletes what has arrived so far.
                raise MultiPartException("The upload was interrupted.")
            return message

        try:
            return await self.app(scope, bounded, send)
        except TypeError:
            if not upload:
                raise
            detail = "The upload does not have the expected form: send the file with its name."
            return await JSONResponse({"detail": detail}, 400)(scope, receive, send)


MIDDLEWARE = [Middleware(Limits)]


def _names_a_file(value: object) -> bool:
    return isinstance(value, dict) and "path" in value


def _check_file(file: dict) -> dict:
    """Gradio looks only at files that are marked as such, and would read any other from the disk.

    Raises `ValueError` for one that is not, `gr.Error` for one that is an address.
    """
    if utils.is_http_url_like(file["path"]):
        raise gr.Error(
            "Files are not fetched from URLs: download the file and upload it.",
            print_exception=False,
        )
    if file["path"] is not None and not utils.is_file_obj_with_meta(file):
        raise ValueError("a file without the mark of one")
    return file
