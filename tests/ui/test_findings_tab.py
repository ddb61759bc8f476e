"""The Findings tab without a browser."""

import json
import re
from dataclasses import replace

import pytest
from helpers import SOME

from fmnist_demo.experiments import findings, study
from fmnist_demo.experiments.questions import QUESTIONS
from fmnist_demo.networks.checkpoints import Collection
from fmnist_demo.results import STUDY_FILE
from fmnist_demo.ui import findings_tab, layout


@pytest.fixture
def made() -> dict:
    points = study.plan()
    results = {
        one: replace(SOME, test_accuracy=0.7 + 0.01 * one.config.seed)
        for one in study.trainings(points, 2)
    }
    return study.summary(study.BASE, points, results, 2)


def shown(app) -> str:
    return "\n".join(str(getattr(block, "value", "")) for block in app.blocks.values())


def test_the_page_shows_every_answer_and_number(made, tmp_path):
    (tmp_path / STUDY_FILE).write_text(json.dumps(made))
    page = shown(layout.build(Collection(tmp_path)))
    for name, points in made["questions"].items():
        assert QUESTIONS[name].title in page
        assert QUESTIONS[name].text in page
        for answer in findings.answers(name, points):
            assert answer in page
        for row in findings.table(name, points).splitlines():
            assert row in page
    assert "There is no study yet" not in page


def test_without_a_study_one_sentence_says_how_to_run_it(tmp_path):
    assert "run python -m fmnist_demo study." in shown(layout.build(Collection(tmp_path)))


def test_a_study_of_some_questions_shows_only_these(made, tmp_path):
    del made["questions"]["drawings"]
    (tmp_path / STUDY_FILE).write_text(json.dumps(made))
    page = shown(layout.build(Collection(tmp_path)))
    assert QUESTIONS["depth"].title in page
    assert QUESTIONS["drawings"].title not in page


def test_a_caption_is_one_sentence_and_shorter_than_the_text_alternative(made):
    for html in findings_tab.figures(made):
        label = re.search(r'role="img" aria-label="(.*?)"', html)[1]
        caption = re.search(r"<figcaption.*?>(.*?)</figcaption>", html)[1]
        assert caption.count(".") == 1
        assert caption != label
        assert len(caption) < len(label)


def test_each_figure_has_a_text_alternative_and_two_downloads(made):
    charts = findings_tab.figures(made)
    for name, html in zip(made["questions"], charts, strict=True):
        assert 'role="img" aria-label="' in html
        assert 'data-download="png"' in html
        assert f'download="study-{name}.csv" href="data:text/csv;base64,' in html
