"""Fingers on keys, checked by hand on white keys a key's width apart."""

import numpy as np
import pytest
from training.demonstrations import FINGERTIP_NAMES
from training.paper.snapping import NOBODY, snapped, snapped_rows

from pianomime_core.keyboard import KEYBOARD, NUM_KEYS

C4, D4, E4, F4 = 39, 41, 43, 44
THUMB, INDEX, LITTLE = (FINGERTIP_NAMES.index(f"rh_{finger}") for finger in ("thumb", "index", "little"))


def hands(**y_m: float) -> np.ndarray:
    """All points high in the air far to the left, in front of the keys; those named at a place along the keyboard."""
    points = np.tile(np.array([0.2, -0.5, 0.1], np.float32), (12, 1))
    points[:, 1] -= 0.02 * np.arange(12)
    for name, y in y_m.items():
        points[FINGERTIP_NAMES.index(name)] = (0.03, y, 0.1)
    return points


def due(*keys: int) -> np.ndarray:
    return np.isin(np.arange(NUM_KEYS), keys)


def test_the_nearest_finger_is_put_on_the_key() -> None:
    y = KEYBOARD.center_y_m
    points = hands(rh_thumb=y[C4] + 0.004, rh_index=y[D4], rh_wrist=y[C4])
    found, held = snapped(points, points, NOBODY, due(C4))
    assert held[THUMB] == C4
    assert np.sum(held >= 0) == 1
    np.testing.assert_allclose(found[THUMB], (0.03, y[C4], 0.0), atol=1e-6)
    assert found[INDEX, 2] == pytest.approx(0.045)


def test_wrists_press_nothing_and_keep_their_height() -> None:
    points = hands(rh_wrist=KEYBOARD.center_y_m[C4])
    found, held = snapped(points, points, NOBODY, due(C4))
    wrist = FINGERTIP_NAMES.index("rh_wrist")
    assert held[wrist] == -1
    np.testing.assert_array_equal(found[wrist], points[wrist])


def test_the_closest_pair_goes_first_and_a_finger_takes_one_key() -> None:
    y = KEYBOARD.center_y_m
    # The thumb is the nearest for both keys.
    points = hands(rh_thumb=y[C4] + 0.001, rh_index=y[F4])
    _, held = snapped(points, points, NOBODY, due(C4, D4))
    assert (held[THUMB], held[INDEX]) == (C4, D4)


def test_a_key_that_is_still_due_keeps_its_finger() -> None:
    y = KEYBOARD.center_y_m
    before = NOBODY.copy()
    before[LITTLE] = C4
    points = hands(rh_thumb=y[C4], rh_little=y[F4])
    found, held = snapped(points, points, before, due(C4))
    assert held[LITTLE] == C4
    assert held[THUMB] == -1
    assert found[LITTLE, 1] == pytest.approx(y[C4])
    _, after = snapped(points, points, held, due(D4))
    assert C4 not in after


def test_depth_is_kept_on_the_key_else_that_of_the_step_before_else_in_front_of_its_centre() -> None:
    y = KEYBOARD.center_y_m
    points = hands(rh_thumb=y[C4])
    points[THUMB, 0] = 0.3
    before = points.copy()
    before[THUMB, 0] = -0.02
    assert snapped(points, before, NOBODY, due(C4))[0][THUMB, 0] == pytest.approx(-0.02)
    assert snapped(points, points, NOBODY, due(C4))[0][THUMB, 0] == pytest.approx(0.15 / 4)


def test_of_eleven_keys_one_stays_without_a_finger() -> None:
    keys = np.arange(30, 41)
    _, held = snapped(hands(), hands(), NOBODY, due(*keys))
    assert np.sum(held >= 0) == 10
    assert set(held[held >= 0]) < set(keys)


def test_coming_steps_are_snapped_one_after_the_other() -> None:
    y = KEYBOARD.center_y_m
    rows = np.stack([hands(rh_thumb=y[C4], rh_index=y[E4]), hands(rh_thumb=y[F4], rh_index=y[C4])])
    found, held = snapped_rows(rows, hands(), NOBODY, np.stack([due(C4), due(C4)]))
    assert held[THUMB] == C4
    # In the second step the index finger is nearer, but the thumb holds the key.
    assert found[1, THUMB, 1] == pytest.approx(y[C4])
    assert found[1, INDEX, 2] == pytest.approx(0.045)
