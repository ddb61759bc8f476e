"""Views whose value takes a while to compute: they ask for it when the picture has stood still."""

import json
import zlib
from pathlib import Path

import gradio as gr
import numpy as np

from fmnist_demo.networks.checkpoints import Checkpoint


def asking_view(folder: Path, scripts: list[str], elem_classes: str) -> gr.HTML:
    """A component with the template `<name of the folder>.html` and these scripts of a folder.

    Its value is what `asked` returns, or the view's own JSON, which has the keys `asked`, with what
    it was asked for, and `networks`. The scripts find the class `Asking`.
    """
    files = [Path(__file__).parent / "asking.js", *(folder / name for name in scripts)]
    return gr.HTML(
        "",
        html_template=(folder / f"{folder.name}.html").read_text(encoding="utf-8"),
        js_on_load="\n".join(file.read_text(encoding="utf-8") for file in files),
        elem_classes=elem_classes,
    )


def asked(networks: dict[str, Checkpoint], pixels: np.ndarray | None) -> str:
    """What the page is told at once: for which picture and networks it may ask, as JSON."""
    picture = None if pixels is None else zlib.crc32(pixels.tobytes())
    return json.dumps({"picture": picture, "of": {h: id(n) for h, n in networks.items()}})
