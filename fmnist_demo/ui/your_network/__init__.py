"""The visitor's network, trained in the lab or loaded from a file: it answers beside the others."""

from pathlib import Path

import gradio as gr
from gradio.data_classes import FileData

from fmnist_demo.networks import checkpoints
from fmnist_demo.networks.checkpoints import CheckpointError
from fmnist_demo.ui.answers import hidden_layers
from fmnist_demo.ui.answers.panel import Panel
from fmnist_demo.ui.listeners import QUIET
from fmnist_demo.ui.message import message
from fmnist_demo.ui.network_store import GONE, NetworkStore
from fmnist_demo.ui.templates import render

TIME_TO_LIVE = 3600
"""Seconds for which a visitor's state is kept after its last change."""


class NetworkFile(gr.UploadButton):
    """An upload button; Gradio's version leaves an empty file on the disk at each upload."""

    def get_block_name(self) -> str:
        """Drawn in the browser by Gradio's upload button."""
        return "uploadbutton"

    def preprocess(self, payload: FileData | None) -> str | None:
        """The path of the file."""
        return payload.path if payload else None


class YourNetwork:
    """The controls to load and remove the visitor's network.

    `store` holds the networks of all visitors. `key`, a `gr.State`, holds the key of this
    visitor's network in it, or None.
    """

    def __init__(self):
        self.store = NetworkStore()
        self.key = gr.State(None, time_to_live=TIME_TO_LIVE)

    def build(self) -> None:
        """Lay out the controls."""
        self.upload = NetworkFile(
            "Load a network (.safetensors)",
            file_types=[".safetensors"],
            size="sm",
            elem_id="network-upload",
        )
        self.note = gr.HTML("", elem_id="network-note")
        self.remove = gr.Button(
            "Remove my network", size="sm", visible=False, elem_id="network-remove"
        )

    def connect(self, panels: list[Panel]) -> None:
        """Connect the controls; `panels` answer again after each change of the network."""
        self.panels = panels
        self.answer_after(self.upload.upload(self.load, self.upload, self.outputs, **QUIET))
        self.answer_after(
            self.remove.click(lambda: _updates(None, ""), None, self.outputs, **QUIET)
        )

    def answer_after(self, event: gr.events.Dependency) -> None:
        """Let the panels answer again once `event`, which changes the network, is over."""
        for panel in self.panels:
            panel.answer_after(event)

    @property
    def outputs(self) -> list[gr.components.Component]:
        """The components that `use` and `load` return values for."""
        return [self.key, self.note, self.remove]

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
