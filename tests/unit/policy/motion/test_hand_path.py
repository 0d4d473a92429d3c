"""Hand paths: demands by hand, and the banded solve against dense least squares."""

import numpy as np
import pytest

from pianomime_policy.motion.hand_path import place_demands, reach_demands, smooth_path

EARLY_STEPS, EARLY_WEIGHT = 2, 0.25
KEY_Y_M = 0.02 * np.arange(88)
OFFSET_M = np.array([-0.05, -0.02, 0.0, 0.02, 0.05, 0.05, 0.02, 0.0, -0.02, -0.05])
THUMB, INDEX, MIDDLE, RING, LEFT_INDEX = 0, 1, 2, 3, 6
RIGHT, LEFT = 0, 1


def place(hand: int, first: int, last: int, *notes: tuple[int, int, int, int]) -> list[tuple[float, float]]:
    """(weight, place in mm) of each step; notes are (onset, end, key, finger) and fingers bear 15 mm."""
    limit = np.full(10, 0.015)
    weight, place = place_demands(
        hand, first, last, *columns(notes), KEY_Y_M, OFFSET_M, -limit, limit, EARLY_STEPS, EARLY_WEIGHT
    )
    return [(w, round(1000 * p, 6)) for w, p in zip(weight, place, strict=True)]


def reach(hand: int, first: int, last: int, *notes: tuple[int, int, int, int]) -> list[tuple[float, float]]:
    """(weight, reach in mm) of each step; odd keys are black, a thumb reaches 40 mm and others 10 mm."""
    weight, reach = reach_demands(
        hand, first, last, *columns(notes), np.arange(88) % 2 == 1, np.array([0.04, 0.01, 0.01, 0.01, 0.01]), 3.0,
        EARLY_STEPS,
    )  # fmt: skip
    return [(w, round(1000 * r, 6)) for w, r in zip(weight, reach, strict=True)]


def columns(notes: tuple[tuple[int, int, int, int], ...]) -> np.ndarray:
    return np.array(notes, dtype=np.int64).reshape(-1, 4).T.copy()


NOTHING = (0.0, 0.0)


def test_one_note_pulls_before_while_and_just_after_it_sounds():
    # Key 50 is at 1000 mm, the index finger's home 20 mm left of the centre: 1020.
    early, sounding = (EARLY_WEIGHT, 1020.0), (1.0, 1020.0)
    steps = place(RIGHT, 0, 10, (4, 7, 50, INDEX))
    assert steps == [NOTHING, NOTHING, early, sounding, sounding, sounding, sounding, early, NOTHING, NOTHING]


def test_steps_are_counted_from_the_first_one_asked_for():
    whole = place(RIGHT, 0, 10, (4, 7, 50, INDEX))
    assert place(RIGHT, 3, 6, (4, 7, 50, INDEX)) == whole[3:6]


def test_the_other_hand_and_notes_that_are_not_played_pull_nothing():
    assert place(LEFT, 0, 4, (1, 3, 50, INDEX), (1, 3, 50, -1)) == [NOTHING] * 4
    assert place(LEFT, 2, 3, (1, 3, 50, LEFT_INDEX)) == [(1.0, 980.0)]
    assert place(RIGHT, 0, 0) == []


def test_fingers_that_agree_meet_at_the_mean():
    # Index on key 50: 1020; ring finger on key 51: 1020 - 20 = 1000. Both bear it.
    assert place(RIGHT, 5, 6, (4, 7, 50, INDEX), (4, 7, 51, RING)) == [(2.0, 1010.0)]


def test_the_mean_yields_to_a_finger_that_cannot_bear_it():
    # Index, middle and ring finger ask for 1000.
    notes = [(4, 7, 49, INDEX), (4, 7, 50, MIDDLE), (4, 7, 51, RING)]
    assert place(RIGHT, 5, 6, *notes) == [(3.0, 1000.0)]
    # Thumb on key 49: 980 + 50 = 1030, so 1015..1045; the others bear up to 1015. The mean would be 1007.5.
    assert place(RIGHT, 5, 6, *notes, (4, 7, 49, THUMB)) == [(4.0, 1015.0)]


def test_fingers_that_cannot_agree_share_the_stretch():
    # Index on 50: 1005..1035; ring on 54 (1080): 1060 -> 1045..1075; halfway between 1035 and 1045.
    assert place(RIGHT, 5, 6, (4, 7, 50, INDEX), (4, 7, 54, RING)) == [(2.0, 1040.0)]


def test_what_sounds_goes_before_what_comes():
    notes = ((0, 5, 50, INDEX), (6, 9, 60, INDEX))
    steps = place(RIGHT, 3, 8, *notes)
    assert steps[1] == (1.0, 1020.0)  # step 4: the first sounds, the second is early
    assert steps[2] == (1.0, 1220.0)  # step 5: the second is about to sound
    assert steps[3] == (1.0, 1220.0)


def test_reach_waits_for_black_keys():
    white, black = (1.0, 0.0), (1.0, 10.0)
    assert reach(RIGHT, 0, 6, (3, 5, 50, INDEX)) == [NOTHING, white, white, white, white, NOTHING]
    assert reach(RIGHT, 0, 6, (3, 5, 51, INDEX)) == [NOTHING, black, black, black, black, NOTHING]
    assert reach(RIGHT, 3, 4, (3, 5, 51, THUMB)) == [(3.0, 40.0)]
    assert reach(LEFT, 3, 4, (3, 5, 51, 5)) == [(3.0, 40.0)]


def test_a_thumb_has_three_votes_in_the_reach():
    assert reach(RIGHT, 3, 4, (3, 5, 51, THUMB), (3, 5, 54, MIDDLE)) == [(4.0, 30.0)]


def dense(
    weight: np.ndarray, place: np.ndarray, home: float, home_weight: float, acceleration: float, velocity: float,
    before: np.ndarray | None,
) -> np.ndarray:  # fmt: skip
    """The same problem as rows of A x = b, the two places before taken as given."""
    known = np.zeros(0) if before is None else before
    n, k = len(weight), len(known)
    eye = np.eye(n + k)
    rows = [np.sqrt(weight)[:, None] * eye[k:], np.sqrt(home_weight) * eye[k:]]
    sides = [np.sqrt(weight) * place, np.full(n, np.sqrt(home_weight) * home)]
    for order, factor in ((1, velocity), (2, acceleration)):
        differences = np.sqrt(factor) * np.diff(eye, n=order, axis=0)
        rows.append(differences)
        sides.append(np.zeros(len(differences)))
    A, b = np.concatenate(rows), np.concatenate(sides)
    return np.linalg.lstsq(A[:, k:], b - A[:, :k] @ known, rcond=None)[0]


@pytest.mark.parametrize("rows", [1, 2, 3, 4, 60])
@pytest.mark.parametrize("before", [None, np.array([0.3, 0.32])])
def test_the_path_is_the_least_squares_solution(rows, before):
    random = np.random.default_rng(rows)
    weight = random.choice([0.0, 0.3, 1.0, 3.0], rows)
    place = random.normal(0.0, 0.3, rows)
    factors = (0.1, 1e-2, 1.5, 0.02)
    path = smooth_path(weight, place, *factors, before)
    assert path.shape == (rows,)
    np.testing.assert_allclose(path, dense(weight, place, *factors, before), atol=2e-6)


def test_nothing_to_do_stays_or_goes_home():
    still = np.zeros(100)
    np.testing.assert_allclose(smooth_path(still, still, 0.2, 1e-4, 1.5, 0.02), 0.2)
    away = smooth_path(still, still, 0.2, 1e-2, 1.5, 0.02, before=np.array([0.5, 0.5]))
    assert abs(away[0] - 0.5) < 0.02
    assert abs(away[-1] - 0.2) < 0.01
    assert np.max(np.abs(np.diff(away))) < 0.3 / 5  # it does not jump home


def test_a_strong_demand_is_met():
    weight, place = np.zeros(40), np.zeros(40)
    weight[20], place[20] = 1e5, 0.4
    assert smooth_path(weight, place, 0.0, 1e-4, 1.5, 0.02)[20] == pytest.approx(0.4, abs=1e-3)
