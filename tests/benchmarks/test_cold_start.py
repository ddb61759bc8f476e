"""What is slow to load is loaded when it is needed, and the pictures that stand in for it fit."""

import json
import subprocess
import sys

import numpy as np
import pytest
from PIL import Image

from fmnist_demo.networks.checkpoints import WEIGHTS
from fmnist_demo.spec import CLASS_NAMES
from fmnist_demo.ui import examples

SLOW = ("torchvision", "matplotlib", "joblib", "scipy", "sklearn", "ray")

START = """
import json, sys, urllib.request
from fmnist_demo.networks.checkpoints import Collection
from fmnist_demo.ui import examples
from fmnist_demo.ui.layout import LAUNCH, build

def loaded():
    return [name for name in sys.argv[1:] if name in sys.modules]

app = build(Collection())
_, url, _ = app.launch(**LAUNCH, prevent_thread_lock=True, quiet=True)
found = {"started": loaded()}
picture = {"url": examples.load()[0]["src"], "meta": {"_type": "gradio.FileData"}}
request = urllib.request.Request(
    url + "gradio_api/run/classify",
    json.dumps({"data": [picture, 3, "none"]}).encode(),
    {"Content-Type": "application/json"},
)
with urllib.request.urlopen(request, timeout=120) as response:
    found["label"] = json.load(response)["data"][0]["label"]
found["answered"] = loaded()
print(json.dumps(found))
app.close()
"""


@pytest.mark.slow
def test_the_page_is_built_and_a_drawing_answered_before_anything_slow_is_loaded():
    run = subprocess.run(
        [sys.executable, "-c", START, *SLOW],
        cwd=WEIGHTS.parent,
        capture_output=True,
        text=True,
        timeout=300,
    )
    assert run.returncode == 0, run.stderr
    found = json.loads(run.stdout.splitlines()[0])
    assert found["started"] == []
    assert found["label"] == "T-shirt"
    assert found["answered"] == []


def test_the_examples_files_are_what_is_drawn(tmp_path, monkeypatch):
    """`examples.save()` makes them anew."""
    for label, file in enumerate(examples.FILES):
        kept = np.asarray(Image.open(file))
        drawn = examples.redraw(label)
        assert kept.shape == drawn.shape
        off = np.abs(kept.astype(int) - drawn)
        assert off.mean() < 0.5  # a version of OpenCV may lay its edges a little otherwise
    files = [tmp_path / file.name for file in examples.FILES]
    monkeypatch.setattr(examples, "FILES", files)
    examples.save()
    assert len([file for file in files if file.is_file()]) == len(CLASS_NAMES)
