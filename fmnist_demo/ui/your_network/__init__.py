"""The visitor's network, trained in the lab or loaded from a file: it answers beside the others."""

from pathlib import Path

import gradio as gr
from gradio.data_classes import FileData

from fmnist_demo.networks import checkpoints
from fmnist_demo.networks.checkpoints import CheckpointError
from fmnist_demo.ui.answers import hidden_layers
from fmnist_demo.ui.listeners import QUIET
from fmnist_demo.ui.message import message
from fmnist_demo.ui.network_store import GONE, NetworkStore
from fmnist_demo.ui.templates import render

TIME_TO_LIVE = 3600
"""Seconds for which a visitor's state is kept after its last change."""


class NetworkFile(gr.UploadButton):
    """An upload button; Gradio's version leaves an empty file on the disk at each upload."""

    is_template = True  # the browser draws Gradio's own button

    def preprocess(self, payload: FileData | None) -> str | None:
        """The path of the file."""
        return payload.path if payload else None


class YourNetwork:
    """The controls to load and remove the visitor's network.

    `store` holds the networks of all visitors. `key`, a `gr.State`, holds the key of this
    visitor's network in it, or None. `outputs`: the components that `use` and `load` return values
    for.
    """

    def __init__(self):
        self.store = NetworkStore()
        self.key = gr.State(None, time_to_live=TIME_TO_LIVE)
        upload = NetworkFile(
            "Load a network (.safetensors)",
            file_types=[".safetensors"],
            size="sm",
            elem_id="network-upload",
        )
        note = gr.HTML("", elem_id="network-note")
        remove = gr.Button("Remove my network", size="sm", visible=False, elem_id="network-remove")
        self.outputs = [self.key, note, remove]
        upload.upload(self.load, upload, self.outputs, **QUIET)
        remove.click(lambda: _updates(None, ""), None, self.outputs, **QUIET)

    def use(self, key: int | None) -> tuple:
        """Let the network with this key answer. Returns the values of `outputs`."""
        network = self.store.get(key)
        if network is None:
            return _updates(None, message(GONE, "alert"))
        note = render(
            "your_network/note.html",
            depth=hidden_layers(network.layers),
            accuracy=network.metadata.validation["accuracy"],
        )
        return _updates(key, note)

    def load(self, path: str | None) -> tuple:
        """Load the file at `path`, delete it, and let its network answer.

        Returns the values of `outputs`; the note says what is wrong if the file cannot be loaded.
        """
        if path is None:
            return _updates(None, message("No file arrived: choose a .safetensors file.", "alert"))
        try:
            return self.use(self.store.put(checkpoints.load(path)))
        except CheckpointError as error:
            return _updates(None, message(str(error), "alert"))
        finally:
            Path(path).unlink(missing_ok=True)


def _updates(key: int | None, note: str) -> tuple:
    return key, note, gr.Button(visible=key is not None)
