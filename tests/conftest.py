"""A small world for the tests: drawings in place of the dataset, and tiny networks."""

import os
import shutil
from dataclasses import asdict, replace
from itertools import product
from pathlib import Path
from typing import NoReturn

import gradio as gr
import pytest
import torch
from hypothesis import settings

from fmnist_demo.data.splits import Split
from fmnist_demo.images.preprocessing import Prepared
from fmnist_demo.networks import checkpoints
from fmnist_demo.networks.calibration import Calibration
from fmnist_demo.networks.mlp import MLP, MLPConfig
from fmnist_demo.networks.regularisation import REGULARISERS
from fmnist_demo.synthetic import dataset
from fmnist_demo.training.config import TrainConfig
from fmnist_demo.training.loop import epochs, fit
from fmnist_demo.ui import layout
from fmnist_demo.ui.answers.panel import Panel
from fmnist_demo.ui.drawpad import DrawPad
from fmnist_demo.ui.your_network import YourNetwork

pytest.register_assert_rewrite("helpers", "picture_helpers")
torch.set_num_threads(1)  # session-wide fixtures train too

REAL_DATA = os.environ.get("FMNIST_DATA")
settings.register_profile("tests", deadline=None, derandomize=os.environ.get("CI") == "true")
settings.load_profile("tests")

TINY = MLPConfig(layers=3, width=32)
QUICK = TrainConfig(
    epochs=2, batch_size=10, learning_rate=5e-3, synthetic=0, synthetic_sets=1, augment=False
)
CALIBRATION = Calibration(temperature=1.5, confidence_threshold=0.15)

FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


PATIENCE = 60_000
"""Milliseconds that browser tests wait at most: enough on a busy machine."""


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items):
    """Mark the tests that use the browser or the cluster."""
    for item in items:
        for fixture in ("browser", "cluster"):
            if fixture in item.fixturenames:
                item.add_marker(fixture)


CANVAS_IS_READY = """() => {
  const canvas = document.querySelector("canvas");
  return !canvas || canvas.getContext("2d").getImageData(0, 0, 1, 1).data[3] === 255;
}"""
"""The canvas paints its paper when its listeners are attached; strokes before that are lost."""


def skip_or_fail(reason: str) -> NoReturn:
    """Skip a test that this machine cannot run; where CI=true, every test must run."""
    if os.environ.get("CI") == "true":
        pytest.fail(reason)
    pytest.skip(reason)


@pytest.fixture(autouse=True)
def one_thread():
    """Commands choose their number of threads, and another number adds up in another order."""
    torch.set_num_threads(1)


@pytest.fixture(scope="session")
def real_data() -> str:
    """The folder of the real Fashion-MNIST."""
    if REAL_DATA is None:
        skip_or_fail("$FMNIST_DATA does not name the real Fashion-MNIST")
    return REAL_DATA


def split_of_drawings(count: int, seed: int) -> Split:
    return Split.from_arrays(*dataset.dataset(count, seed, shares={"drawing": 1}))


@pytest.fixture(scope="session")
def train() -> Split:
    """300 drawings, 30 a class, to learn from."""
    return split_of_drawings(300, seed=1)


@pytest.fixture(scope="session")
def validation() -> Split:
    """100 other drawings, 10 a class."""
    return split_of_drawings(100, seed=2)


@pytest.fixture(scope="session")
def trained(train, validation) -> tuple[MLP, checkpoints.Metadata]:
    """A tiny network after two epochs, and how it was made. Not to be changed."""
    model = MLP(TINY)
    config = replace(QUICK, regulariser="l1", strength=5e-3)
    history = [asdict(result) for result in epochs(fit(model, train, validation, config))]
    kept = {"loss": history[-1]["validation_loss"], "accuracy": history[-1]["validation_accuracy"]}
    return model, checkpoints.Metadata(
        TINY, asdict(config), "0" * 12, CALIBRATION, history, kept, "all epochs"
    )


@pytest.fixture(scope="session")
def weights(tmp_path_factory, trained) -> Path:
    """A folder with all nine networks, each tiny and, but for `mlp3-l1`, untrained."""
    folder = tmp_path_factory.mktemp("weights")
    model, metadata = trained
    checkpoints.save(folder / "mlp3-l1.safetensors", model, metadata)
    for seed, (layers, name) in enumerate(product(checkpoints.LAYERS, REGULARISERS)):
        shape = replace(TINY, layers=layers)
        other = replace(metadata, model=shape, training=metadata.training | {"regulariser": name})
        if other.name != metadata.name:
            checkpoints.save(folder / other.file_name, MLP(shape, seed), other)
    return folder


@pytest.fixture
def panel(weights, validation) -> Panel:
    """A panel that takes the first validation image for any picture."""
    prepared = Prepared(validation.images[0].numpy(), ())
    collection = checkpoints.Collection(weights)
    with gr.Blocks():
        pad = DrawPad()
        return Panel(collection, YourNetwork(), "Draw.", pad, pad.input, lambda picture: prepared)


@pytest.fixture(scope="session")
def app_url():
    """The app with the shipped networks, served on this machine; its address ends in a slash."""
    app = layout.build(checkpoints.Collection())
    _, url, _ = app.launch(**layout.LAUNCH, prevent_thread_lock=True, quiet=True)
    yield url
    app.close()


@pytest.fixture(scope="module")
def browser():
    """Chromium, without a window."""
    playwright = pytest.importorskip("playwright.sync_api", reason="Playwright is not installed")
    playwright.expect.set_options(timeout=PATIENCE)
    path = shutil.which("chromium") or shutil.which("google-chrome")
    if path is None:
        skip_or_fail("there is no Chromium on this machine: apt-get install chromium")
    with playwright.sync_playwright() as p:
        browser = p.chromium.launch(executable_path=path, args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture
def open_page(browser, app_url):
    """Open the app and wait for what it `shows`.

    At the end no script has failed and no other host has been asked.
    """
    pages, errors, foreign = [], [], []

    def open_page(query="", shows="canvas", **options):
        page = browser.new_page(**options)
        page.set_default_timeout(PATIENCE)
        pages.append(page)
        page.on("pageerror", lambda error: errors.append(str(error)))
        page.on("console", lambda m: errors.append(m.text) if m.type == "error" else None)
        page.on("request", lambda r: is_foreign(r.url) and foreign.append(r.url))
        page.goto(app_url + query)
        page.locator(shows).wait_for()
        page.wait_for_function(CANVAS_IS_READY)
        return page

    def is_foreign(url):
        return not url.startswith((app_url, "data:", "blob:"))

    yield open_page
    for page in pages:
        page.close()
    assert not errors
    assert not foreign
