"""Rest keys against five-finger positions from the first pages of any piano method, and against trying everything."""

from itertools import combinations, pairwise, product

import numpy as np
import pytest

from pianomime_core.keyboard import KEYBOARD, LOWEST_PITCH
from pianomime_policy.controllers.reactive.rest_keys import RestKeys, RestKeysConfig
from pianomime_policy.fingering.fingering import FingeringConfig, finger_offsets_m, offset_limits_m

FINGERING = FingeringConfig(order_gap_m=0.011)
NONE = np.full(5, -1)
Y = KEYBOARD.center_y_m
END = float(Y[-1])


def keys(*pitches: int) -> np.ndarray:
    return np.array(pitches) - LOWEST_PITCH


def likely(*pitches: int) -> np.ndarray:
    likelihood = np.zeros(88)
    likelihood[keys(*pitches)] = 1.0
    return likelihood


def chosen(hand: int, likelihood: np.ndarray, held=NONE, before=NONE, centre_m=0.0, lowest_m=-END, highest_m=END):
    rest = RestKeys(hand, RestKeysConfig(), FINGERING)
    key, centre = rest.choose(likelihood, held, before, centre_m, lowest_m, highest_m)
    return (key + LOWEST_PITCH * (key >= 0)).tolist(), centre


# C, G, D, F and B flat major positions; semitones between black and white keys beside each other among them.
POSITIONS = [
    (60, 62, 64, 65, 67),
    (67, 69, 71, 72, 74),
    (62, 64, 66, 67, 69),
    (65, 67, 69, 70, 72),
    (58, 60, 62, 63, 65),
]


@pytest.mark.parametrize("position", POSITIONS)
def test_five_fingers_on_five_notes(position):
    assert chosen(0, likely(*position), centre_m=float(Y[keys(position[2])[0]]))[0] == list(position)
    assert chosen(1, likely(*position), centre_m=float(Y[keys(position[2])[0]]))[0] == list(position[::-1])


def test_the_hand_goes_where_the_keys_are():
    key, centre = chosen(0, 3 * likely(84, 86, 88, 89, 91), centre_m=-0.3)
    assert key == [84, 86, 88, 89, 91]
    assert centre == pytest.approx(Y[keys(88)[0]], abs=0.02)


def test_fingers_hold_what_they_hold():
    held = np.array([-1, -1, keys(60)[0], -1, -1])
    key, _ = chosen(0, likely(60, 62, 64, 65, 67), held, centre_m=float(Y[keys(60)[0]]))
    assert key[2:] == [60, 62, 64]
    assert key[:2] == [-1, -1]  # nothing likely is below


def test_a_held_key_pulls_the_hand_even_where_nothing_is_likely():
    held = np.array([-1, keys(90)[0], -1, -1, -1])
    key, centre = chosen(0, np.zeros(88), held)
    assert key == [-1, 90, -1, -1, -1]
    assert centre == pytest.approx(Y[keys(90)[0]] - finger_offsets_m()[1], abs=0.03)


def test_keys_that_are_not_likely_are_left_alone():
    assert chosen(0, np.zeros(88))[0] == [-1] * 5


def test_the_hand_stays_within_its_bounds():
    _, centre = chosen(0, likely(60, 62, 64, 65, 67), centre_m=0.3, lowest_m=0.2)
    assert centre >= 0.2
    _, centre = chosen(1, likely(60, 62, 64, 65, 67), centre_m=-0.3, highest_m=-0.2)
    assert centre <= -0.2


def test_for_little_the_hand_does_not_move():
    before = keys(60, 62, 64, 65, 67)
    likelihood = likely(60, 62, 64, 65, 67)
    likelihood[keys(69)] = 1.05
    assert chosen(0, likelihood, before=before, centre_m=float(Y[keys(64)[0]]))[0] == [60, 62, 64, 65, 67]


def best_by_trying(hand, likelihood, before, centre_m, places):
    c, offset = RestKeysConfig(), finger_offsets_m()[5 * hand : 5 * hand + 5]
    low, high = (limits[5 * hand : 5 * hand + 5] for limits in offset_limits_m())
    low, high = np.minimum(low, high), np.maximum(low, high)
    candidates = np.flatnonzero(likelihood > 0)[:: 1 if hand == 0 else -1]
    best = -np.inf
    for place, count in product(places, range(6)):
        for fingers, used in product(combinations(range(5), count), combinations(candidates, count)):
            if any(abs(Y[b] - Y[a]) < FINGERING.order_gap_m for a, b in pairwise(used)):
                continue
            worth = -c.travel_price_per_m * abs(place - centre_m)
            for f, k in zip(fingers, used, strict=True):
                away = Y[k] - place - offset[f]
                if not low[f] <= away <= high[f]:
                    worth = -np.inf
                    break
                worth += likelihood[k] - (c.black_price[f] if KEYBOARD.is_black[k] else 0.0)
                worth -= c.comfort_price * FINGERING.finger_stiffness[f] * (away / FINGERING.deviation_unit_m) ** 2
                worth -= c.change_price * (before[f] != k)
            best = max(best, worth)
    return best


@pytest.mark.parametrize("hand", [0, 1])
@pytest.mark.parametrize("seed", range(4))
def test_as_good_as_trying_everything(hand, seed):
    random = np.random.default_rng(seed)
    likelihood = np.zeros(88)
    likelihood[40 + random.choice(14, 8, replace=False)] = random.uniform(0.2, 2.0, 8)
    centre = float(Y[46] + random.normal(0, 0.03))
    before = np.sort(40 + random.choice(14, 5, replace=False))[:: 1 if hand == 0 else -1]
    places = np.arange(centre - 0.02, centre + 0.02 + RestKeysConfig().grid_m, RestKeysConfig().grid_m)
    rest = RestKeys(hand, RestKeysConfig(), FINGERING)
    key, place = rest.choose(likelihood, NONE, before, centre, centre - 0.02, centre + 0.02)
    alone = np.zeros(88)
    alone[key[key >= 0]] = likelihood[key[key >= 0]]
    assert best_by_trying(hand, alone, before, centre, [place]) == pytest.approx(
        best_by_trying(hand, likelihood, before, centre, places)
    )
