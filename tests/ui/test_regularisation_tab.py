"""The L1 and L2 tab without a browser: its figures, and what pruning changes."""

import base64
import json
import re
from dataclasses import replace
from io import BytesIO

import numpy as np
import pytest
from PIL import Image

from fmnist_demo.errors import UserError
from fmnist_demo.images.preprocessing import from_drawing
from fmnist_demo.networks import pruning
from fmnist_demo.networks.checkpoints import Collection
from fmnist_demo.networks.inference import predict
from fmnist_demo.networks.inspection import matrices
from fmnist_demo.synthetic.drawings import draw
from fmnist_demo.ui import layout, regularisation_tab
from fmnist_demo.ui.regularisation_tab.overview import frame, parse_step
from fmnist_demo.ui.regularisation_tab.pruning import PruningCurve

SECTIONS = ("weights", "pruning", "zeros", "dead", "pixels", "filters", "path")


@pytest.fixture
def networks(weights):
    return regularisation_tab.networks_of_depth(Collection(weights), 3)


@pytest.fixture
def reports(networks):
    curve = [0.9 - 0.02 * step for step in range(len(pruning.KEPT))]
    return {
        c.name: {"pruning": {"kept": list(pruning.KEPT), "test_accuracy": curve}}
        for c in networks.values()
    }


def test_every_figure_has_a_text():
    texts = regularisation_tab.texts()
    assert tuple(texts) == SECTIONS
    for text in texts.values():
        assert text.strip().startswith("## ")
        assert "*Look for*" in text


def test_networks_of_one_depth_come_in_the_order_of_the_regularisers(networks):
    assert list(networks) == ["none", "l1", "l2"]
    assert {c.layers for c in networks.values()} == {3}


def test_each_figure_has_a_text_alternative_and_two_downloads(networks):
    figures = regularisation_tab.depth_charts(networks)
    assert set(figures) == set(SECTIONS) - {"pruning", "path"}
    for name, html in figures.items():
        assert 'role="img" aria-label="' in html
        assert 'data-download="png"' in html
        assert f'download="mlp3-{name}.csv" href="data:text/csv;base64,' in html


def test_the_marker_moves_along_the_curve(networks, reports):
    curve = PruningCurve(networks, reports)

    def markers(step):
        return re.findall(r'<line x1="([\d.]+)"', curve.at(step))

    whole, tenth = markers(0), markers(10)
    assert len(whole) == len(tenth) == 1
    assert float(whole[0]) < float(tenth[0])


def test_missing_measurements_are_mentioned_with_their_command(networks):
    assert "python -m fmnist_demo evaluate" in PruningCurve(networks, {}).at(3)
    assert "python -m fmnist_demo path" in regularisation_tab.path_chart(None, {})


def test_the_path_marks_the_networks_strengths_and_omits_diverged_points(networks):
    def point(regulariser, strength, diverged=0):
        figure = {"mean": 0.5 if not diverged else None, "std": 0.1 if not diverged else None}
        return {"regulariser": regulariser, "strength": strength, "n": 3, "diverged": diverged} | {
            "test_accuracy": figure,
            "zeros": figure,
        }

    points = [point("l1", 0.1), point("l1", 9.0, diverged=3), point("l2", 0.1), point("l2", 1.0)]
    html = regularisation_tab.path_chart({"points": points, "layers": 3}, networks)
    assert "L1 of strength 0.1" in html
    assert "strength 9" not in html


def sent(networks, reports, step, drawing=None, spies=False) -> dict:
    return json.loads(frame(networks, reports, step, drawing, spies))


def test_the_overview_shows_what_the_pruned_networks_say(networks, reports):
    drawing = Image.fromarray(draw(8, np.random.default_rng(1)))
    pixels = from_drawing(drawing).pixels
    for step in (0, 3, 20):
        data = sent(networks, reports, step, drawing)
        assert data["caption"] == "Your drawing"
        for column, network in zip(data["columns"], networks.values(), strict=True):
            limit = pruning.threshold(network.model, pruning.KEPT[step])
            model = pruning.pruned(network.model, limit)
            (expected,) = predict([replace(network, model=model)], pixels)
            assert column["answer"]["label"] == expected.label
            assert column["answer"]["confidence"] == f"{expected.ranked[0][1] * 100:.0f}%"
            assert column["answer"]["confident"] == expected.confident
            assert column["left"] == sum(count_nonzero(matrix) for matrix in matrices(model))
            assert column["accuracy"] == f"{90 - 2 * step}.0%"
            assert len(column["filters"]) == 2


def count_nonzero(matrix) -> int:
    return int((matrix != 0).sum())


def test_the_spy_plot_tells_at_which_step_each_weight_goes(networks, reports):
    data = sent(networks, reports, 0, spies=True)
    for column, network in zip(data["columns"], networks.values(), strict=True):
        image = Image.open(BytesIO(base64.b64decode(column["spy"].split(",")[1])))
        levels = np.asarray(image)
        assert levels.shape == (784, 32)
        for step in (0, 10, 30):
            limit = pruning.threshold(network.model, pruning.KEPT[step])
            first = matrices(pruning.pruned(network.model, limit))[0].numpy()
            assert ((levels > step) == (first.T != 0)).all()
        assert column["first"]["left"] == (levels > 0).sum()
    assert "spy" not in sent(networks, reports, 0)["columns"][0]


def test_an_example_stands_in_for_a_drawing_and_an_empty_one_gives_an_error(networks, reports):
    assert "Draw your own" in sent(networks, reports, 0)["caption"]
    empty = sent(networks, reports, 0, Image.new("L", (128, 128), 255))
    assert empty["problem"]
    assert [column["answer"] for column in empty["columns"]] == [None] * 3


def test_accuracies_that_are_not_measured_are_left_out(networks):
    assert {column["accuracy"] for column in sent(networks, {}, 4)["columns"]} == {None}


@pytest.mark.parametrize("data", [None, {}, {"step": -1}, {"step": 31}, {"step": "1"}, [3]])
def test_any_other_step_is_refused(data):
    with pytest.raises(UserError, match="move the slider"):
        parse_step(data)


def test_the_page_builds_without_any_figures_or_networks(tmp_path):
    layout.build(Collection(tmp_path))
    assert regularisation_tab.depth_charts({}) == dict.fromkeys(
        ("weights", "zeros", "dead", "pixels", "filters"), ""
    )


def test_a_broken_results_file_does_not_stop_the_page(weights, tmp_path):
    (tmp_path / "results.json").write_text("{")
    (tmp_path / "path.json").write_text(json.dumps({"points": [], "layers": 3}))
    layout.build(Collection(tmp_path))
