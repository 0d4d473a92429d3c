"""What an adaptation moves: press points, and with strokes that have rows of their own the fingers on their way."""

import numpy as np

from pianomime_policy.hand_control.hands_controller import _adapt
from pianomime_policy.motion.fingertip_targets import FingertipRows

C4, D4, INDEX = 39, 41, 1
OFFSET_M = np.zeros((88, 3))
OFFSET_M[C4] = (0.001, 0.002, 0.003)
OFFSET_M[D4] = (0.0, -0.004, 0.0)


def moved(*keys: int, rows_per_step: int) -> np.ndarray:
    """How far the index finger is moved, row by row (rows, 3), where it holds these keys."""
    key = np.full((len(keys), 5), -1)
    key[:, INDEX] = keys
    shape = key.shape
    rows = FingertipRows(np.zeros((*shape, 3)), np.zeros((*shape, 3)), np.zeros(shape), np.zeros(shape), key)
    _adapt(rows, OFFSET_M, rows_per_step)
    assert not np.delete(rows.target, INDEX, axis=1).any()
    return rows.target[:, INDEX]


def test_with_one_row_a_step_only_held_keys_are_elsewhere() -> None:
    found = moved(-1, C4, C4, -1, D4, -1, rows_per_step=1)
    assert np.array_equal(found, [np.zeros(3), OFFSET_M[C4], OFFSET_M[C4], np.zeros(3), OFFSET_M[D4], np.zeros(3)])


def test_a_stroke_comes_down_where_its_key_is_pressed_then() -> None:
    found = moved(*[-1] * 12, C4, C4, -1, rows_per_step=5)
    assert np.allclose(found[7:14], OFFSET_M[C4])
    assert np.allclose(found[2:7] / OFFSET_M[C4], np.arange(5)[:, None] / 5), "led there in the step before"
    assert not found[:2].any()
    assert not found[14:].any(), "its lift is as planned"


def test_between_two_keys_it_is_on_the_way_to_the_next_one() -> None:
    found = moved(C4, -1, -1, D4, rows_per_step=5)
    assert np.allclose(found, OFFSET_M[[C4, D4, D4, D4]])
