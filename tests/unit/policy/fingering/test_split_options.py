"""The ways of a hand for every split, found once for what states share, against each state and split alone."""

import numpy as np
import pytest

from pianomime_policy.fingering.fingering import FingeringConfig, fingering_costs, first_beam
from pianomime_policy.fingering.fingering_search import Beam, extend_beam
from pianomime_policy.fingering.hand_cost import HandState
from pianomime_policy.fingering.hand_options import MAX_OPTIONS, HandOptions, hand_options
from pianomime_policy.fingering.split_options import split_options

RIGHT, LEFT = 0, 1
COSTS = fingering_costs(FingeringConfig())
KEYS = np.array([28, 40, 44, 47, 30, 41, 45, 50, 52, 57])
ENDS = np.array([60, 60, 15, 15, 60, 60, 60, 60, 60, 60])
STEP, CHORD = 20, np.arange(4, 10)


@pytest.fixture(scope="module")
def beam() -> Beam:
    """States after a bass, which is held, and a chord, of which one note is."""
    bass, _, _ = extend_beam(COSTS, first_beam(FingeringConfig()), 48, np.array([0]), KEYS, ENDS, 0)
    chord, _, _ = extend_beam(COSTS, bass, 48, np.arange(1, 4), KEYS, ENDS, 10)
    return chord


def alone(beam: Beam, state: int, hand: int, notes: np.ndarray) -> list[tuple[float, float, tuple[int, ...]]]:
    """(cost, centre, finger of each note, thumb side first) of every way of one state to play notes with a hand."""
    n = len(notes)
    out = HandOptions(np.empty(MAX_OPTIONS), np.empty(MAX_OPTIONS), np.empty((MAX_OPTIONS, n), np.int8))
    hands = HandState(beam.centre_m[state, hand], beam.moved_step[state, hand], *(each[state] for each in beam[3:]))
    found = hand_options(COSTS, hand, notes, KEYS, STEP, hands, out)
    return [(out.cost[k], out.centre_m[k], tuple(out.finger[k])) for k in range(found)]


@pytest.mark.parametrize("hand", [RIGHT, LEFT])
def test_every_state_has_its_own_ways(beam: Beam, hand: int) -> None:
    options = split_options(COSTS, hand, beam, CHORD, KEYS, STEP)
    for state, row in enumerate(options.row):
        for split in range(1, 6):
            notes = CHORD[split:].copy() if hand == RIGHT else CHORD[:split][::-1].copy()
            ways = [
                (options.cost[row, split, k], options.centre_m[row, split, k], tuple(options.finger[row, split, k]))
                for k in range(options.found[row, split])
            ]
            assert [(c, m, f[: len(notes)]) for c, m, f in ways] == alone(beam, state, hand, notes)


@pytest.mark.parametrize("hand", [RIGHT, LEFT])
def test_states_that_differ_in_the_other_hand_share_a_row(beam: Beam, hand: int) -> None:
    mine = slice(5 * hand, 5 * hand + 5)
    hands = [
        (beam.centre_m[b, hand], beam.moved_step[b, hand], *(each[b, mine].tobytes() for each in beam[3:]))
        for b in range(len(beam.cost))
    ]
    expected = [hands.index(one) for one in hands]
    assert split_options(COSTS, hand, beam, CHORD, KEYS, STEP).row.tolist() == expected
    assert len(set(expected)) < len(expected)
