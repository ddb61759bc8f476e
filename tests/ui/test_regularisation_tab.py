"""The L1 and L2 tab without a browser: its figures, and what pruning changes."""

import json
import re

import numpy as np
import pytest
from PIL import Image

from fmnist_demo.networks import pruning
from fmnist_demo.networks.checkpoints import Collection
from fmnist_demo.synthetic.drawings import draw
from fmnist_demo.ui import layout, regularisation_tab
from fmnist_demo.ui.regularisation_tab.pruning import PruningCurve, pruned_answers_html

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


def test_pruning_changes_the_answers_to_the_drawing(networks):
    drawing = Image.fromarray(draw(8, np.random.default_rng(1)))

    def answers(kept, picture=drawing):
        return pruned_answers_html(networks, kept, picture)

    whole, half = answers(1.0), answers(0.5)
    assert "Your drawing" in whole
    assert whole.count('class="card"') == 3
    assert whole != half
    assert "An example" in answers(1.0, None)


def test_an_empty_drawing_gives_an_error(networks):
    html = pruned_answers_html(networks, 1.0, Image.new("L", (128, 128), 255))
    assert 'role="alert"' in html


def test_the_page_builds_without_any_figures_or_networks(tmp_path):
    layout.build(Collection(tmp_path))
    assert regularisation_tab.depth_charts({}) == dict.fromkeys(
        ("weights", "zeros", "dead", "pixels", "filters"), ""
    )


def test_a_broken_results_file_does_not_stop_the_page(weights, tmp_path):
    (tmp_path / "results.json").write_text("{")
    (tmp_path / "path.json").write_text(json.dumps({"points": [], "layers": 3}))
    layout.build(Collection(tmp_path))
