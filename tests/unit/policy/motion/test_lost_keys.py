"""A key that came up under its finger, or is about to, is let go until its note ends; others are not."""

import numpy as np
import pytest

from pianomime_core.key_events import HEARD_RAD
from pianomime_core.keyboard import KEYBOARD
from pianomime_policy.motion.fingertip_targets import FingertipConfig, FingertipRows
from pianomime_policy.motion.lost_keys import ASIDE_M, LostKeyDetector, let_go

INDEX, MIDDLE = 1, 2
C4, D4 = 39, 41
CONFIG = FingertipConfig()
NOTHING, ON_C = np.full(5, -1), np.array([-1, C4, -1, -1, -1])
CENTRED = np.zeros(5)


def angles(key: int = C4, below_stop_rad: float | None = 0.0) -> np.ndarray:
    """All keys at rest except one, so far from its stop; None: at rest, too."""
    found = np.zeros(88)
    if below_stop_rad is not None:
        found[key] = KEYBOARD.travel_rad[key] - below_stop_rad
    return found


def index_lost(*steps: tuple[np.ndarray, np.ndarray, float]) -> list[bool]:
    """Whether the index finger has lost its key, step by step: keys held, key angles, how far it is aside."""
    detector = LostKeyDetector()
    found = [detector.lost(key, at, np.where(np.arange(5) == INDEX, aside, 0.0)) for key, at, aside in steps]
    assert not any(np.delete(lost, INDEX).any() for lost in found)
    return [bool(lost[INDEX]) for lost in found]


UP, DOWN = angles(below_stop_rad=None), angles()


def test_a_key_that_is_held_is_not_lost() -> None:
    assert index_lost((ON_C, UP, 0.0), *[(ON_C, DOWN, 0.0)] * 5) == [False] * 6


def test_a_key_that_comes_up_again_is_lost_until_its_note_ends() -> None:
    assert index_lost(
        (ON_C, UP, 0.0), (ON_C, DOWN, 0.0), (ON_C, UP, 0.0), (ON_C, DOWN, 0.0), (NOTHING, UP, 0.0), (ON_C, UP, 0.0)
    ) == [False, False, True, True, False, False]


def test_a_key_that_has_not_sounded_is_pressed_on() -> None:
    assert index_lost(*[(ON_C, UP, 0.0)] * 6) == [False] * 6
    assert index_lost(*[(ON_C, UP, 2 * ASIDE_M)] * 3) == [False] * 3


def test_it_can_return_to_what_it_remembered() -> None:
    detector = LostKeyDetector()
    for moment in (UP, DOWN):
        detector.lost(ON_C, moment, CENTRED)
    sounded = detector.memory()
    assert detector.lost(ON_C, UP, CENTRED)[INDEX]
    detector.remember(sounded)
    assert not detector.lost(ON_C, DOWN, CENTRED)[INDEX]
    detector.remember(sounded)
    assert detector.lost(ON_C, UP, CENTRED)[INDEX], "what it remembers is a copy"


@pytest.mark.parametrize(("below_stop_rad", "is_lost"), [(0.9 * HEARD_RAD, False), (1.1 * HEARD_RAD, True)])
def test_a_key_is_up_where_a_listener_hears_its_end(below_stop_rad: float, is_lost: bool) -> None:
    half_up = angles(below_stop_rad=below_stop_rad)
    assert index_lost((ON_C, UP, 0.0), (ON_C, DOWN, 0.0), (ON_C, half_up, 0.0))[-1] == is_lost


@pytest.mark.parametrize(("aside_m", "is_lost"), [(0.9 * ASIDE_M, False), (1.1 * ASIDE_M, True)])
def test_a_key_that_will_be_left_sideways_is_let_go_before(aside_m: float, is_lost: bool) -> None:
    assert index_lost((ON_C, UP, 0.0), (ON_C, DOWN, 0.0), (ON_C, DOWN, aside_m))[-1] == is_lost


def test_another_key_is_another_note() -> None:
    on_d = np.where(ON_C == C4, D4, -1)
    assert index_lost((ON_C, UP, 0.0), (ON_C, DOWN, 0.0), (on_d, UP, 0.0), (on_d, UP, 0.0)) == [False] * 4


def test_a_new_song_begins_with_nothing_lost() -> None:
    detector = LostKeyDetector()
    for at in (UP, DOWN, UP):
        detector.lost(ON_C, at, CENTRED)
    detector.reset()
    assert not detector.lost(ON_C, UP, CENTRED).any()


def held_rows(*keys: int) -> FingertipRows:
    """Rows in which the index finger holds these keys, and the middle finger D4."""
    count = len(keys)
    key = np.full((count, 5), -1)
    key[:, INDEX], key[:, MIDDLE] = keys, D4
    return FingertipRows(
        np.zeros((count, 5, 3)), np.ones((count, 5, 3)), np.where(key >= 0, 2.0, 0.0), np.full((count, 5), 0.02), key
    )


def test_a_lost_finger_stays_above_its_key_while_it_would_hold_it() -> None:
    planned, lost = held_rows(C4, C4, -1, C4), np.arange(5) == INDEX
    rows = let_go(held_rows(C4, C4, -1, C4), lost, CONFIG)
    assert not rows.force[:2, INDEX].any()
    np.testing.assert_allclose(rows.target[:2, INDEX, 2], 0.02 + CONFIG.hover_m)
    assert np.all(rows.weight[:2, INDEX] == CONFIG.release_weight)
    # The next note, though on the same key, and the other fingers are as planned.
    for got, as_planned in zip(rows, planned, strict=True):
        np.testing.assert_array_equal(got[2:], as_planned[2:])
        np.testing.assert_array_equal(np.delete(got, INDEX, axis=1), np.delete(as_planned, INDEX, axis=1))


def test_nothing_lost_changes_nothing() -> None:
    for got, as_planned in zip(let_go(held_rows(C4, D4), CENTRED > 0, CONFIG), held_rows(C4, D4), strict=True):
        np.testing.assert_array_equal(got, as_planned)
