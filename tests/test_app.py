"""The page's wiring and the named endpoints, through gradio_client, with the shipped networks."""

import json

import gradio as gr
import numpy as np
import pytest
from gradio_client import Client, handle_file
from gradio_client.exceptions import AppError
from helpers import assert_one_sentence, photo_of
from PIL import Image

from fmnist_demo.checkpoints import WEIGHTS, Collection
from fmnist_demo.drawings import draw
from fmnist_demo.regularisation import REGULARISERS
from fmnist_demo.spec import CLASS_NAMES
from fmnist_demo.ui import answers, draw_tab, layout
from fmnist_demo.ui.drawpad import DrawPad, encode


@pytest.fixture(scope="module")
def client(app_url):
    return Client(app_url, verbose=False)


@pytest.fixture
def t_shirt(tmp_path):
    path = tmp_path / "t-shirt.png"
    Image.fromarray(draw(0, np.random.default_rng((14, 0)))).save(path)
    return path


def test_only_the_documented_endpoints_are_public(client):
    assert set(client.view_api(return_format="dict")["named_endpoints"]) == {
        "/classify",
        "/compare",
    }


@pytest.mark.parametrize("regulariser", REGULARISERS)
@pytest.mark.parametrize("layers", [3, 5, 7])
def test_classify_names_a_drawn_t_shirt(client, t_shirt, layers, regulariser):
    answer = client.predict(handle_file(t_shirt), layers, regulariser, api_name="/classify")
    assert answer["label"] == "T-shirt"
    confidences = {c["label"]: c["confidence"] for c in answer["confidences"]}
    assert set(confidences) == set(CLASS_NAMES)
    assert sum(confidences.values()) == pytest.approx(1, abs=1e-3)


def test_classify_names_a_photographed_t_shirt(client, tmp_path):
    photo_of(0).save(tmp_path / "photo.jpg")
    answer = client.predict(handle_file(tmp_path / "photo.jpg"), 3, "none", api_name="/classify")
    assert answer["label"] == "T-shirt"


def test_compare_asks_all_nine_and_agrees_with_classify(client, t_shirt):
    nine = client.predict(handle_file(t_shirt), api_name="/compare")
    assert {(a["layers"], a["regulariser"]) for a in nine} == {
        (layers, regulariser) for layers in (3, 5, 7) for regulariser in REGULARISERS
    }
    one = client.predict(handle_file(t_shirt), 5, "l2", api_name="/classify")
    (same,) = [a for a in nine if a["name"] == "mlp5-l2"]
    assert same["label"] == one["label"]


@pytest.mark.parametrize("content", [b"", b"not a picture", b"\x89PNG\r\n\x1a\n" + bytes(100)])
@pytest.mark.parametrize("endpoint", ["/classify", "/compare"])
def test_a_bad_file_earns_one_sentence(client, tmp_path, content, endpoint):
    path = tmp_path / "bad.png"
    path.write_bytes(content)
    arguments = [handle_file(path)] + ([3, "none"] if endpoint == "/classify" else [])
    with pytest.raises(AppError) as error:
        client.predict(*arguments, api_name=endpoint)
    assert_one_sentence(str(error.value))


def test_no_picture_earns_one_sentence(client):
    with pytest.raises(AppError) as error:
        client.predict(None, api_name="/compare")
    assert_one_sentence(str(error.value))


@pytest.mark.parametrize(
    "payload", ["x", "data:image/png;base64,???", "data:image/png;base64,AAAA", 7, "a" * 10**6]
)
def test_the_canvas_refuses_what_it_did_not_send(payload):
    with pytest.raises(gr.Error) as error:
        DrawPad().preprocess(payload)
    assert_one_sentence(error.value.message)


def test_the_canvas_reads_back_what_it_shows():
    picture = draw(3, np.random.default_rng(0))
    assert np.array_equal(np.asarray(DrawPad().preprocess(encode(picture))), picture)


def test_an_empty_canvas_is_no_picture():
    assert DrawPad().preprocess("") is None
    assert DrawPad().preprocess(None) is None


def test_every_class_has_an_example():
    assert [example["label"] for example in draw_tab.examples()] == list(CLASS_NAMES)


class Says:
    """A stand-in for a prediction: so many layers say `label` with probability `share`."""

    def __init__(self, layers, label, share=0.9):
        self.checkpoint = type("Checkpoint", (), {"layers": layers})
        self.label, self.ranked = label, [(label, share)]


@pytest.mark.parametrize(
    ("says", "sentence"),
    [
        ([(3, "Bag"), (5, "Bag"), (7, "Bag")], "All three say Bag."),
        ([(3, "Bag"), (7, "Bag")], "Both say Bag."),
        ([(5, "Bag")], "5 layers say Bag."),
        ([(3, "Bag"), (5, "Bag", 0.3)], "Both say Bag, but not all are sure."),
        (
            [(3, "Bag"), (5, "Coat"), (7, "Coat")],
            "They disagree: 5 and 7 layers say Coat, 3 layers say Bag.",
        ),
    ],
)
def test_the_page_says_plainly_where_the_networks_agree(says, sentence):
    assert answers.agreement([Says(*each) for each in says])[0] == sentence


def test_the_page_names_a_broken_checkpoint(tmp_path):
    (tmp_path / "mlp3-l1.safetensors").write_bytes(b"version https://git-lfs.github.com/spec/v1\n")
    (tmp_path / "mlp5-l1.safetensors").symlink_to(WEIGHTS / "mlp5-l1.safetensors")
    page = json.dumps(layout.build(Collection(tmp_path)).config)
    assert "mlp3-l1.safetensors is a Git LFS pointer" in page


def test_without_any_checkpoint_the_page_still_builds(tmp_path):
    layout.build(Collection(tmp_path))
