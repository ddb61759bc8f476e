"""A visitor's own network: trained in the lab or loaded from a file, it answers beside the nine."""

from pathlib import Path

import gradio as gr
from gradio.data_classes import FileData

from fmnist_demo import checkpoints
from fmnist_demo.checkpoints import Checkpoint, CheckpointError
from fmnist_demo.ui.answers import Panel, hidden_layers, message

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


class Own:
    """The visitor's network, a `Checkpoint` or None, in `network`; how to load and remove one."""

    def __init__(self):
        self.network = gr.State(None, time_to_live=TIME_TO_LIVE)

    def build(self) -> None:
        """Lay out the controls."""
        self.upload = NetworkFile(
            "Load a network (.safetensors)",
            file_types=[".safetensors"],
            size="sm",
            elem_id="own-upload",
        )
        self.note = gr.HTML("", elem_id="own-note")
        self.remove = gr.Button("Remove my network", size="sm", visible=False, elem_id="own-remove")

    def connect(self, panels: list[Panel]) -> None:
        """Load and remove; then the panels, which have been given `network`, answer again."""
        self.panels = panels
        options = {"show_progress": "hidden", "api_visibility": "private"}
        self.follow(self.upload.upload(_load, self.upload, self.outputs, **options))
        self.follow(self.remove.click(lambda: shown(None), None, self.outputs, **options))

    def follow(self, event: gr.events.Dependency) -> None:
        """Have the panels answer again after an event that changes the network."""
        for panel in self.panels:
            panel.answer_after(event)

    @property
    def outputs(self) -> list[gr.components.Component]:
        """What `shown` has values for."""
        return [self.network, self.note, self.remove]


def shown(checkpoint: Checkpoint | None, problem: str = "") -> tuple:
    """The network, the words about it, and the button that removes it."""
    note = message(problem, "alert") if problem else ""
    if checkpoint:
        accuracy = checkpoint.recipe.validation["accuracy"]
        note = (
            f'<p role="status">Your network of {hidden_layers(checkpoint.layers)} answers too; by '
            f"its file, {accuracy:.1%} of its validation examples were right.</p>"
        )
    return checkpoint, note, gr.Button(visible=checkpoint is not None)


def _load(path: str | None) -> tuple:
    if path is None:
        return shown(None, "No file came: choose a .safetensors file.")
    try:
        return shown(checkpoints.load(path))
    except CheckpointError as error:
        return shown(None, str(error))
    finally:
        Path(path).unlink(missing_ok=True)
