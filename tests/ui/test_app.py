"""The page and the named endpoints without a browser, with the shipped networks."""

import base64
import io
import json
import re
from dataclasses import replace

import gradio as gr
import numpy as np
import pytest
from gradio_client import Client, handle_file
from gradio_client.exceptions import AppError
from helpers import assert_one_sentence, photo_of
from PIL import Image

from fmnist_demo.errors import UserError
from fmnist_demo.networks.calibration import Calibration
from fmnist_demo.networks.checkpoints import WEIGHTS, Collection
from fmnist_demo.networks.inference import predict, saliency
from fmnist_demo.networks.regularisation import REGULARISERS, total_zeros
from fmnist_demo.spec import CLASS_NAMES
from fmnist_demo.synthetic.drawings import draw
from fmnist_demo.ui import answers, examples, layout, photo_tab
from fmnist_demo.ui.answers.compare import ALL, DEPTH, PENALTY, Compare
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


def test_private_listeners_track_no_progress(client):
    private = [
        listener
        for listener in client.config["dependencies"]
        if listener["backend_fn"] and listener["api_visibility"] == "private"
    ]
    assert private
    for listener in private:
        assert (listener["show_progress"], listener["show_progress_on"]) == ("hidden", [])


@pytest.mark.parametrize("regulariser", REGULARISERS)
@pytest.mark.parametrize("layers", [3, 5, 7])
def test_classify_names_a_drawn_t_shirt(client, t_shirt, layers, regulariser):
    answer = client.predict(handle_file(t_shirt), layers, regulariser, api_name="/classify")
    assert answer["label"] == "T-shirt"
    confidences = {c["label"]: c["confidence"] for c in answer["confidences"]}
    assert set(confidences) == set(CLASS_NAMES)
    assert sum(confidences.values()) == pytest.approx(1, abs=1e-3)


def test_classify_names_photographed_trousers(client, tmp_path):
    photo_of(1).save(tmp_path / "photo.jpg")
    answer = client.predict(handle_file(tmp_path / "photo.jpg"), 3, "none", api_name="/classify")
    assert answer["label"] == "Trouser"


def test_compare_answers_with_all_nine_networks_and_agrees_with_classify(client, t_shirt):
    nine = client.predict(handle_file(t_shirt), api_name="/compare")
    assert {(a["layers"], a["regulariser"]) for a in nine} == {
        (layers, regulariser) for layers in (3, 5, 7) for regulariser in REGULARISERS
    }
    one = client.predict(handle_file(t_shirt), 5, "l2", api_name="/classify")
    assert all(a["sure"] is True for a in nine)
    (same,) = [a for a in nine if a["name"] == "mlp5-l2"]
    assert same["label"] == one["label"]


@pytest.mark.parametrize("content", [b"", b"not a picture", b"\x89PNG\r\n\x1a\n" + bytes(100)])
@pytest.mark.parametrize("endpoint", ["/classify", "/compare"])
def test_a_bad_file_gives_a_one_sentence_error(client, tmp_path, content, endpoint):
    path = tmp_path / "bad.png"
    path.write_bytes(content)
    arguments = [handle_file(path)] + ([3, "none"] if endpoint == "/classify" else [])
    with pytest.raises(AppError) as error:
        client.predict(*arguments, api_name=endpoint)
    assert_one_sentence(str(error.value))


def test_a_missing_picture_gives_a_one_sentence_error(client):
    with pytest.raises(AppError) as error:
        client.predict(None, api_name="/compare")
    assert_one_sentence(str(error.value))


@pytest.mark.parametrize(
    "payload", ["x", "data:image/png;base64,???", "data:image/png;base64,AAAA", 7, "a" * 10**6]
)
def test_the_canvas_rejects_anything_but_a_drawing(payload):
    with pytest.raises(UserError) as error:
        DrawPad().preprocess(payload)
    assert_one_sentence(str(error.value))


def test_a_drawing_survives_encoding_and_decoding():
    picture = draw(3, np.random.default_rng(0))
    assert np.array_equal(np.asarray(DrawPad().preprocess(encode(picture))), picture)


def test_an_empty_canvas_gives_no_picture():
    assert DrawPad().preprocess("") is None
    assert DrawPad().preprocess(None) is None


def test_every_class_has_an_example():
    assert [example["label"] for example in examples.load()] == list(CLASS_NAMES)


NOT_SURE = "Not sure: this looks like none of the ten kinds of clothing."


class FakePrediction:
    """A prediction of `label` by a network of this depth and regulariser."""

    def __init__(self, layers, regulariser, label, confident=True):
        names = {"layers": layers, "regulariser": regulariser}
        self.checkpoint = type("Checkpoint", (), names)
        self.label, self.confident = label, confident
        self.problem = None


@pytest.mark.parametrize(
    ("predictions", "sentence", "state"),
    [
        ("3 none Bag, 5 none Bag, 7 none Bag", "All three agree: Bag.", "agree"),
        ("3 none Bag, 7 none Bag", "Both agree: Bag.", "agree"),
        ("5 none Bag", "The 5-layer network says Bag.", "agree"),
        ("3 l1 Bag, 4 l2 Bag, 5 l1 Bag, 7 l1 Bag", "All 4 agree: Bag.", "agree"),
        ("3 none Bag?, 5 none Coat?, 7 none Bag?", NOT_SURE, "not-sure"),
        ("7 none Bag?", NOT_SURE, "not-sure"),
        (
            "3 none Bag, 5 none Bag?",
            "They disagree: the 3-layer network says Bag, the 5-layer network is not sure.",
            "disagree",
        ),
        (
            "3 l1 Bag?, 5 l1 Coat, 7 l1 Bag?",
            "They disagree: the 3- and 7-layer networks are not sure, the 5-layer network says "
            "Coat.",
            "disagree",
        ),
        (
            "3 none Bag, 5 none Coat, 7 none Coat",
            "They disagree: the 5- and 7-layer networks say Coat, the 3-layer network says Bag.",
            "disagree",
        ),
        (
            "3 none Bag, 3 l1 Coat, 3 l2 Bag",
            "They disagree: None and L2 say Bag, L1 says Coat.",
            "disagree",
        ),
        (
            "3 none Bag, 3 l1 Coat?, 5 none Bag, 5 l1 Coat",
            "They disagree: 2 say Bag, 1 is not sure, 1 says Coat.",
            "disagree",
        ),
    ],
)
def test_the_page_says_whether_the_networks_agree(predictions, sentence, state):
    networks = [text.split() for text in predictions.split(", ")]
    found = [
        FakePrediction(int(layers), regulariser, label.rstrip("?"), not label.endswith("?"))
        for layers, regulariser, label in networks
    ]
    assert answers.agreement(found) == (sentence, state)


def test_the_page_is_not_sure_of_a_photo_with_a_problem():
    problem = "The garment could not be found: take another photo."
    networks = Collection(WEIGHTS).choose(regulariser="none")
    found = predict(networks, np.zeros((28, 28), np.uint8), problem)
    assert answers.agreement(found) == (f"Not sure. {problem}", answers.NOT_SURE)
    assert "Not sure" in answers.cards_html([card_of(found[0])])


def card_of(prediction):
    return answers.Card("one", "", prediction.checkpoint, prediction)


def test_four_turns_of_a_photo_give_the_photo_again():
    photo = photo_of(0)
    right = photo
    for _ in range(4):
        right = photo_tab._turned(right, quarter_turns=1)
    assert np.array_equal(np.asarray(right), np.asarray(photo))
    assert photo_tab._turned(None, quarter_turns=1)["__type__"] == "update"  # nothing new


def test_a_card_shows_the_guess_and_whether_the_network_is_sure(weights, validation):
    network = Collection(weights).get(3, "l1")
    pixels = validation.images[0].numpy()
    for confidence_threshold, text in ((0.0, "{}"), (1.0, "Not sure")):
        metadata = replace(network.metadata, calibration=Calibration(1.0, confidence_threshold))
        (answer,) = predict([replace(network, metadata=metadata)], pixels)
        html = answers.verdict_html([answer]) + answers.cards_html([card_of(answer)])
        assert f'<p class="top">{text.format(answer.label)}</p>' in html
        assert (NOT_SURE in html) == (confidence_threshold == 1)


def test_saliency_is_blue_for_the_answer_and_orange_against_it(weights, validation):
    network = Collection(weights).get(3, "l1")
    pixels = validation.images[0].numpy()
    (answer,) = predict([network], pixels)
    html = answers.cards_html([card_of(answer)], pixels)
    assert f"Which pixels mattered for {answer.label}" in html
    url = re.search(r'src="data:image/png;base64,([^"]+)"', html)[1]
    picture = np.asarray(Image.open(io.BytesIO(base64.b64decode(url)))).astype(int)
    assert picture.shape == (28, 28, 3)
    assert (picture[pixels == 0] == 0).all()
    weight = saliency(network, pixels)
    red, _, blue = (picture[..., i] for i in range(3))
    assert (blue > red)[weight > 0.2].all()
    assert (red > blue)[weight < -0.2].all()
    assert (weight > 0.2).any()
    assert (weight < -0.2).any()


@pytest.mark.parametrize("show_saliency", [True, False])
def test_each_card_shows_saliency_on_request(panel, show_saliency):
    networks = panel.networks(DEPTH, "none", 3)
    html, _ = panel.answer(panel.prepare("a picture"), networks, DEPTH, show_saliency)
    assert html.count('<section class="card"') == 3
    assert html.count('<img class="why"') == (3 if show_saliency else 0)


@pytest.mark.parametrize("picture", ["a picture", None])
@pytest.mark.parametrize(
    ("varied", "names"),
    [
        (DEPTH, ["mlp3-l1", "mlp5-l1", "mlp7-l1"]),
        (PENALTY, ["mlp5-none", "mlp5-l1", "mlp5-l2"]),
        (ALL, [f"mlp{n}-{name}" for n in (3, 5, 7) for name in ("none", "l1", "l2")]),
    ],
)
def test_what_is_compared_is_shown_with_and_without_a_picture(panel, varied, names, picture):
    prepared = panel.prepare(picture) if picture else None
    html, _ = panel.answer(prepared, panel.networks(varied, "l1", 5), varied, False)
    assert re.findall(r'data-network="(.+?)"', html) == names


def test_a_comparison_without_networks_is_a_sentence(tmp_path):
    with gr.Blocks():
        compare = Compare(Collection(tmp_path))
    with pytest.raises(UserError) as error:
        compare.choose(*compare.initial)
    assert_one_sentence(str(error.value))


def test_facts_are_those_of_the_network_and_its_report(weights):
    network = Collection(weights).get(3, "l1")
    assert answers.facts(network, {"test_accuracy": 0.9137}).startswith("91.4% on test, ")
    text = answers.facts(network, None)
    assert f"{network.metadata.validation['accuracy']:.1%} on validation" in text
    assert text.endswith(f"{total_zeros(network.model):.1%} zero")


def test_the_page_names_a_broken_checkpoint(tmp_path):
    (tmp_path / "mlp3-l1.safetensors").write_bytes(b"version https://git-lfs.github.com/spec/v1\n")
    (tmp_path / "mlp5-l1.safetensors").symlink_to(WEIGHTS / "mlp5-l1.safetensors")
    page = json.dumps(layout.build(Collection(tmp_path)).config, default=str)
    assert "mlp3-l1.safetensors is a Git LFS pointer" in page


def test_the_page_builds_without_any_checkpoint(tmp_path):
    layout.build(Collection(tmp_path))
