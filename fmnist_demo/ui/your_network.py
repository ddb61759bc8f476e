"""A visitor's own network: trained in the lab or loaded from a file, it answers beside the nine."""

from pathlib import Path

import gradio as gr
from gradio.data_classes import FileData

from fmnist_demo.networks import checkpoints
from fmnist_demo.networks.checkpoints import CheckpointError
from fmnist_demo.ui.answers import Panel, hidden_layers, message
from fmnist_demo.ui.listeners import QUIET
from fmnist_demo.ui.network_store import GONE, NetworkStore

TIME_TO_LIVE = 3600
"""Seconds that a visitor's own things are remembered after the last change."""


class NetworkFile(gr.UploadButton):
    """A button to send a file; Gradio's own leaves an empty one on the disk at each upload."""

    def get_block_name(self) -> str:
        """Drawn in the browser by Gradio's own upload button."""
        return "uploadbutton"

    def preprocess(self, payload: FileData | None) -> str | None:
        """The path of the file."""
        return payload.path if payload else None


class YourNetwork:
    """The visitor's network: in `key`, one to the `store` or None; how to load and remove it."""

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
        """Load and remove; then the panels, which have been given `key`, answer again."""
        self.panels = panels
        self.follow(self.upload.upload(self._load, self.upload, self.outputs, **QUIET))
        self.follow(self.remove.click(lambda: _shown(None, ""), None, self.outputs, **QUIET))

    def follow(self, event: gr.events.Dependency) -> None:
        """Have the panels answer again after an event that changes the network."""
        for panel in self.panels:
            panel.answer_after(event)

    @property
    def outputs(self) -> list[gr.components.Component]:
        """What `take` has values for."""
        return [self.key, self.note, self.remove]

    def take(self, key: int | None) -> tuple:
        """Have the network of a key answer: the key, the words, and the button to remove."""
        network = self.store.get(key)
        if network is None:
            return _shown(None, message(GONE, "alert"))
        return _shown(
            key,
            f'<p role="status">Your network of {hidden_layers(network.layers)} answers too; by its '
            f"file, {network.metadata.validation['accuracy']:.1%} of its validation examples were "
            "right.</p>",
        )

    def _load(self, path: str | None) -> tuple:
        if path is None:
            return _shown(None, message("No file came: choose a .safetensors file.", "alert"))
        try:
            return self.take(self.store.put(checkpoints.load(path)))
        except CheckpointError as error:
            return _shown(None, message(str(error), "alert"))
        finally:
            Path(path).unlink(missing_ok=True)


def _shown(key: int | None, note: str) -> tuple:
    return key, note, gr.Button(visible=key is not None)
