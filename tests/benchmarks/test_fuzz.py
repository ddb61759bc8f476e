"""The inputs of `python -m benchmarks.stress.fuzz`, a few hundred, to the app in this process."""

import threading
from concurrent.futures import ThreadPoolExecutor

import cv2
import numpy as np
import pytest
from helpers import assert_one_sentence
from picture_helpers import refused
from PIL.PngImagePlugin import PngImageFile

from benchmarks.stress import fuzz_inputs
from benchmarks.stress.fuzz import Tally
from benchmarks.stress.fuzz_client import OUTCOMES, Client, wrong_with_answer, wrong_with_message
from benchmarks.stress.fuzz_inputs import FILE, Case
from fmnist_demo.images import reading
from fmnist_demo.images.grabcut import COARSE_EDGE
from fmnist_demo.images.pixels import shrunk
from fmnist_demo.images.reading import to_picture
from fmnist_demo.images.segmentation import find_garment

COUNT = 250


@pytest.fixture(scope="module")
def client(app_url):
    return Client(app_url)


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore::hypothesis.errors.HypothesisWarning")
def test_whatever_is_sent_an_answer_or_a_sentence_comes_back(client, capfd):
    tally = Tally()
    fuzz_inputs.generate(COUNT, 0, lambda case: tally.send(client, case))
    assert tally.problems == []
    assert tally.as_dict()["count"] >= COUNT
    assert all(tally.outcomes[target] for target in fuzz_inputs.TARGETS)
    outcomes = set().union(*tally.outcomes.values())
    assert {"answer", "error"} <= outcomes <= set(OUTCOMES)
    assert "Traceback" not in capfd.readouterr().err


@pytest.mark.parametrize(
    "what", ["PNG of 4 GP", "PNG with 200 MB of text", "BMP of 30,000 × 30,000"]
)
def test_a_bomb_is_refused_in_a_sentence(client, what):
    case = Case("/classify", what, [FILE, 3, "none"], fuzz_inputs.BOMBS[what]())
    assert client.send(case) in [("error", ""), ("answer", "")]


@pytest.mark.parametrize("target", fuzz_inputs.TARGETS)
def test_sound_input_is_answered(client, target):
    network = target == "network"
    file = fuzz_inputs.networks()["checkpoint"] if network else fuzz_inputs.pictures()["PNG L"]
    name = "n.safetensors" if network else "p.png"
    case = Case(target, "sound", fuzz_inputs.SOUND[target], file, name, inline=target == "canvas")
    assert client.send(case) == ("answer", "")


def test_what_is_no_sentence_or_no_answer_is_seen():
    for text in (None, "", "Traceback (most recent call last):", "One.\nTwo.", "no full stop"):
        assert wrong_with_message(text)
    assert not wrong_with_message("The file is empty: choose a picture file.")
    assert wrong_with_answer("canvas", ["<script>alert(1)</script>", ""])
    assert wrong_with_answer("/compare", [[]])


def test_the_same_seed_makes_the_same_inputs():
    def cases_of(seed):
        cases = []
        fuzz_inputs.generate(20, seed, cases.append)
        return [repr(case) for case in cases]

    assert cases_of(1) == cases_of(1)


def test_large_pictures_are_decoded_one_at_a_time_and_none_waits_for_ever(monkeypatch):
    monkeypatch.setattr(reading, "LARGE_PIXELS", 1000)
    data = fuzz_inputs.pictures()["PNG RGB"]
    expected = reading.open_image(data).tobytes()
    over, decoding, load = threading.Event(), threading.Event(), PngImageFile.load

    def slow_load(image):
        decoding.set()
        over.wait()
        return load(image)

    with monkeypatch.context() as patch, ThreadPoolExecutor(1) as visitor:
        patch.setattr(PngImageFile, "load", slow_load)
        first = visitor.submit(reading.open_image, data)
        decoding.wait()
        patch.setattr(reading, "LARGE_PATIENCE", 0.05)
        assert "large pictures" in refused(reading.open_image, data)
        over.set()
        assert first.result().tobytes() == expected
    assert reading.open_image(data).tobytes() == expected
    assert "damaged" in refused(reading.open_image, data[: len(data) // 2])


def test_grain_is_added_only_to_flat_pictures(monkeypatch):
    """Without it, GrabCut takes half a minute for a picture of one colour except for a corner."""
    seen, grabcut = [], cv2.grabCut

    def spy(rgb, *arguments):
        seen.append(rgb)
        return grabcut(rgb, *arguments)

    monkeypatch.setattr(cv2, "grabCut", spy)
    photo = np.random.default_rng(0).integers(0, 256, (100, 100, 3)).astype(np.uint8)
    flat = np.full((100, 100, 3), 182, np.uint8)
    flat[:20, :20] = photo[:20, :20]
    for picture in (photo, flat):
        seen.clear()
        find_garment(to_picture(picture))
        grain = np.abs(seen[0].astype(int) - shrunk(picture, COARSE_EDGE))
        assert grain.max() == (picture is flat)
        same = (seen[0][:, 1:] == seen[0][:, :-1]).all(axis=2)
        assert same.mean() < 0.5


def test_a_network_asked_for_as_a_list_is_a_sentence(client):
    answer = client.http.post("gradio_api/run/classify", json={"data": [None, [], []]})
    assert_one_sentence(answer.json()["error"])


@pytest.mark.parametrize("end", ["\x85", "\u2028"])
def test_the_end_of_a_line_in_a_file_s_name_is_no_harm(client, end):
    case = Case("network", "odd name", [FILE], b"no network", f"n{end}.safetensors")
    assert client.send(case) == ("answer", "")


def test_half_a_character_is_a_sentence(client):
    case = Case(
        "/classify", "JSON", [FILE, "\ud800", "none"], fuzz_inputs.pictures()["PNG L"], "p.png"
    )
    assert client.send(case) == ("error", "")
