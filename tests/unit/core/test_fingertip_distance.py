"""Distances computed by hand."""

import math

import numpy as np
import pytest
from reference_demonstrations import demonstration_of

from pianomime_core.fingertip_distance import fingertip_distance_m
from pianomime_core.notes import Note, Score

ROWS = 5


def demonstration(points, valid=None):
    """One note of four steps and a bit."""
    seen = None if valid is None else np.array(valid)
    return demonstration_of(np.asarray(points), Score((Note(60, 0.0, 0.21),)), np.array([0]), seen)


def test_the_end_of_a_step_is_the_next_row_and_heights_and_wrists_do_not_count():
    points = np.zeros((ROWS, 2, 6, 3))
    points[..., 1] = 0.01 * np.arange(ROWS)[:, None, None]
    points[..., 2] = 0.045
    points[:, :, 0] = 7.0
    played = np.zeros((ROWS, 2, 5, 3))
    played[:-1, ..., 1] = 0.01 * np.arange(1, ROWS)[:, None, None]
    assert fingertip_distance_m(played, demonstration(points)) == pytest.approx(0.0, abs=1e-9)
    played[:, 0, 3, :2] += 0.003, 0.004  # one finger of ten, 5 mm
    assert fingertip_distance_m(played, demonstration(points)) == pytest.approx(0.0005, rel=1e-4)


def test_hands_out_of_sight_do_not_count():
    valid = [[True, False], [True, False], [False, True], [False, False], [False, False]]
    played = np.zeros((ROWS, 2, 5, 3))
    played[0, 0, :, 0], played[0, 1, :, 0] = 0.01, 9.0
    played[1, 1, :, 0] = 0.03
    played[2:] = 9.0
    assert fingertip_distance_m(played, demonstration(np.zeros((ROWS, 2, 6, 3)), valid)) == pytest.approx(0.02)
    unseen = demonstration(np.zeros((ROWS, 2, 6, 3)), np.zeros((ROWS, 2), bool))
    assert math.isnan(fingertip_distance_m(played, unseen))


def test_a_performance_that_broke_off_counts_as_far_as_it_came():
    played = np.full((2, 2, 5, 3), 0.01)
    distance_m = fingertip_distance_m(played, demonstration(np.zeros((ROWS, 2, 6, 3))))
    assert distance_m == pytest.approx(0.01 * math.sqrt(2))


@pytest.mark.parametrize("shape", [(ROWS, 2, 6, 3), (ROWS, 10, 3), (ROWS + 1, 2, 5, 3)])
def test_other_shapes_are_refused(shape):
    with pytest.raises(ValueError, match="fingertips have shape"):
        fingertip_distance_m(np.zeros(shape), demonstration(np.zeros((ROWS, 2, 6, 3))))
