"""What one hand can do with the notes of an onset, against every choice of fingers with independent costs."""

from dataclasses import replace
from itertools import combinations

import numpy as np
import pytest
from slow_fingering import Hands, Tone, beginning, play

from pianomime_policy.fingering.fingering import FingeringConfig, fingering_costs
from pianomime_policy.fingering.hand_cost import HandState
from pianomime_policy.fingering.hand_options import DROPPED, MAX_OPTIONS, HandOptions, hand_options

# The hands keep out of each other's way, so that a cost is that of one hand.
CONFIG = replace(FingeringConfig(), hand_gap_price=0.0)
COSTS = fingering_costs(CONFIG)
RIGHT, LEFT = 0, 1
STEP = 20


def options(hand: int, keys: list[int], hands: Hands) -> list[tuple[float, float, tuple[int, ...]]]:
    """(cost, centre, finger of each key from the bass) of every way found, cheapest first."""
    tones = [Tone(key, STEP, STEP + 4) for key in keys]
    held = {f: tone for f, tone in hands.holds.items() if tone.end > STEP}
    every = [*tones, *held.values()]
    held_note, last_key, last_end = np.full((3, 10), -1, dtype=np.int64)
    for f, tone in held.items():
        held_note[f] = every.index(tone)
    for f, tone in hands.before.items():
        last_key[f], last_end[f] = tone.key, tone.end
    n = len(keys)
    notes = np.arange(n)[:: 1 if hand == RIGHT else -1].copy()  # thumb side first
    state = HandState(hands.centre_m[hand], hands.moved[hand], held_note, last_key, last_end)
    out = HandOptions(np.empty(MAX_OPTIONS), np.empty(MAX_OPTIONS), np.empty((MAX_OPTIONS, n), np.int8))
    found = hand_options(COSTS, hand, notes, np.array([t.key for t in every], dtype=np.int64), STEP, state, out)
    cost, centre, finger = out
    ways = zip(cost[:found], centre[:found], finger[:found, :: 1 if hand == RIGHT else -1].tolist(), strict=True)
    return [(c, m, tuple(f)) for c, m, f in ways]


def every_way(hand: int, keys: list[int], hands: Hands) -> list[tuple[float, float, tuple[int, ...]]]:
    """The same, by trying all choices of fingers."""
    chord = [Tone(key, STEP, STEP + 4) for key in keys]
    ways = []
    for chosen in combinations(range(5), len(keys)):
        fingers = tuple(chosen) if hand == RIGHT else tuple(9 - f for f in chosen)
        after = play(CONFIG, hands, chord, fingers)
        if after is not None:
            ways.append((after.cost, after.centre_m[hand], fingers))
    return sorted(ways)


def busy_hands(seed: int, hand: int) -> Hands:
    """Hands somewhere, having played and perhaps holding a key."""
    random = np.random.default_rng(seed)
    hands = replace(beginning(CONFIG), moved={0: 11, 1: 14}, centre_m={0: 0.15, 1: -0.12})
    for f in random.choice(5, 2, replace=False) + 5 * hand:
        tone = Tone(int(random.integers(20, 70)), 10, 10 + int(random.integers(3, 10)))
        hands = replace(hands, before={**hands.before, int(f): tone})
    if seed % 2:
        finger = 5 * hand + 2
        tone = Tone(50 if hand == RIGHT else 30, 12, 30)
        hands = replace(hands, holds={finger: tone}, before={**hands.before, finger: tone})
    return hands


@pytest.mark.parametrize("hand", [RIGHT, LEFT])
@pytest.mark.parametrize("count", [1, 2, 3, 4])
def test_the_ways_found_are_the_cheapest_ones(hand, count):
    compared = 0
    for seed in range(12):
        random = np.random.default_rng(100 + seed)
        lowest = 45 if hand == RIGHT else 25
        keys = sorted((lowest + 2 * random.choice(6, count, replace=False)).tolist())
        hands = busy_hands(seed, hand)
        if {t.key for t in hands.holds.values()} & set(keys):
            continue
        expected, found = every_way(hand, keys, hands), options(hand, keys, hands)
        if not expected:
            assert any(DROPPED in fingers for _, _, fingers in found)
            continue
        assert len(found) == min(len(expected), MAX_OPTIONS)
        for (cost, centre, _), (expected_cost, expected_centre, _) in zip(found, expected, strict=False):
            assert cost == pytest.approx(expected_cost, abs=1e-9)
            assert centre == pytest.approx(expected_centre, abs=1e-12)
        assert {f for _, _, f in found} <= {f for _, _, f in expected}
        compared += 1
    assert compared >= 4


def test_no_notes_leave_the_hand_where_it_is():
    [(cost, centre, fingers)] = options(RIGHT, [], beginning(CONFIG))
    assert (cost, centre, fingers) == (0.0, CONFIG.start_centre_m[0], ())


def test_of_six_notes_one_is_dropped_at_its_cost():
    six = [39, 41, 43, 44, 46, 48]
    for cost, _, fingers in options(RIGHT, six, beginning(CONFIG)):
        assert fingers.count(DROPPED) == 1
        assert cost > CONFIG.drop_price
        assert sorted(f for f in fingers if f >= 0) == [0, 1, 2, 3, 4]


def test_a_hand_whose_fingers_all_hold_drops_everything():
    held = {f: Tone(40 + 2 * f, 10, 99) for f in range(5)}
    hands = replace(beginning(CONFIG), holds=held, before=held)
    assert [fingers for _, _, fingers in options(RIGHT, [60, 62], hands)] == [(DROPPED, DROPPED)]
