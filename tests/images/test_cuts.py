"""Garments are cut out of made-up photos, whose true outline is known."""

import numpy as np
import pytest
from made_up_photos import LABELS, overlap, photo

from fmnist_demo.images.preprocessing import prepare


@pytest.fixture(scope="module")
def cuts() -> list[tuple]:
    """What is cut out of 60 photos, and the true garments."""
    photos = [photo(7, number) for number in range(4 * len(LABELS))]
    return [(prepare(picture), inside) for picture, inside in photos]


def test_most_garments_are_cut_out_well(cuts):
    overlaps = np.array([overlap(prepared, inside) for prepared, inside in cuts])
    assert overlaps.mean() > 0.75
    assert np.mean(overlaps > 0.85) > 0.55


def test_no_floor_is_taken_for_paper(cuts):
    names = [{stage.name for stage in prepared.stages} for prepared, _ in cuts]
    assert sum("Sheet" in each or "Drawing" in each for each in names) <= 1


def test_bad_cuts_have_a_problem_more_often_than_good_ones(cuts):
    problem = np.array([bool(prepared.problem) for prepared, _ in cuts])
    good = np.array([overlap(prepared, inside) > 0.85 for prepared, inside in cuts])
    assert problem[~good].mean() > 2 * problem[good].mean()
