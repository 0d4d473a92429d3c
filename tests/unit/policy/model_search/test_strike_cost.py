"""The cost of strikes agrees with what a listener hears: the detector of key events and the matching of notes."""

import numpy as np
import pytest

from pianomime.reports.note_matching import match
from pianomime_core.key_events import HEARD_RAD, KeyEventDetector, played_notes
from pianomime_core.keyboard import ACTIVATION_TOLERANCE_RAD, KEYBOARD, LOWEST_PITCH
from pianomime_core.notes import Note
from pianomime_core.visible_notes import visible_notes
from pianomime_policy.model_search.strike_cost import StrikeCost, StrikeCostConfig

STEPS, PARTS, KEYS = 60, 10, (38, 40, 41)
LAG_S = 0.027
HEARD_ALONE = StrikeCostConfig(LAG_S, late_price=0.0, near_price=0.0, frame_price=0.0)
NO_GOAL = np.zeros(88, bool)


def cost_of(config: StrikeCostConfig, notes: list[Note], angles: np.ndarray, goal: np.ndarray = NO_GOAL) -> float:
    """The cost of a performance, key angles (steps, parts, 88)."""
    cost = StrikeCost(config)
    cost.update_notes(visible_notes(notes))
    total, state = 0.0, cost.silence
    for step, parts in enumerate(angles):
        more, state = cost.of_step(state, step, goal, parts)
        total += more
    return total


def struck(key: int, *times_s: float, depth: float = 1.0) -> np.ndarray:
    """A key that goes down at each of these times for 30 ms, by a share of its travel."""
    angles = np.zeros((STEPS, PARTS, 88))
    for time_s in times_s:
        first = round(time_s / 0.005) - 1  # a state is that at the end of its 5 ms
        angles.reshape(-1, 88)[first : first + 6, key] = depth * KEYBOARD.travel_rad[key]
    return angles


def note(onset_s: float, key: int = KEYS[0]) -> Note:
    return Note(LOWEST_PITCH + key, onset_s, onset_s + 0.1, 64)


@pytest.mark.parametrize("seed", range(20))
def test_missed_notes_and_stray_strikes_are_those_of_a_listener(seed: int) -> None:
    random = np.random.default_rng(seed)
    notes = [note(onset_s, key) for key in KEYS for onset_s in np.cumsum(random.uniform(0.12, 0.6, 5))]
    angles = np.zeros((STEPS, PARTS, 88))
    moments = angles.reshape(-1, 88)
    for key in KEYS:  # keys that wander near their stop, and tremble there
        way = np.repeat(random.choice([0.0, 2.0 * HEARD_RAD, HEARD_RAD, ACTIVATION_TOLERANCE_RAD, 0.0], 100), 6)
        moments[:, key] = KEYBOARD.travel_rad[key] - 0.9 * way
    detector, events = KeyEventDetector(HEARD_RAD), []
    for i, moment in enumerate(moments):
        events += detector.update((i + 1) * 0.005, moment, np.ones(88))
    strikes = played_notes(events, STEPS * 0.05 + 0.005).notes
    over = [n for n in notes if n.onset_s + LAG_S + HEARD_ALONE.tolerance_s <= STEPS * 0.05]
    pairs = len(match(notes, strikes, LAG_S))
    assert len(over) == len(notes)
    assert pairs > 0
    assert cost_of(HEARD_ALONE, notes, angles) == pytest.approx(len(notes) + len(strikes) - 2 * pairs)


@pytest.mark.parametrize(("late_s", "cost"), [(0.0, 0.0), (0.045, 0.0), (-0.045, 0.0), (0.06, 2.0), (-0.06, 2.0)])
def test_a_strike_is_a_note_within_the_tolerance(late_s: float, cost: float) -> None:
    assert cost_of(HEARD_ALONE, [note(0.5)], struck(KEYS[0], 0.525 + late_s)) == cost


def test_a_note_is_struck_once() -> None:
    assert cost_of(HEARD_ALONE, [note(0.5)], struck(KEYS[0], 0.49, 0.56)) == 1.0
    assert cost_of(HEARD_ALONE, [note(0.5), note(0.58)], struck(KEYS[0], 0.49, 0.56)) == 0.0


def test_a_key_that_is_down_when_its_note_comes_does_not_strike() -> None:
    held = np.zeros((STEPS, PARTS, 88))
    held[..., KEYS[0]] = KEYBOARD.travel_rad[KEYS[0]]
    assert cost_of(HEARD_ALONE, [note(0.5)], held) == 2.0


def test_a_late_strike_costs_more_than_one_in_time() -> None:
    config = StrikeCostConfig(lag_s=0.0, near_price=0.0, frame_price=0.0)
    in_time, late, later = (cost_of(config, [note(0.5)], struck(KEYS[0], time_s)) for time_s in (0.5, 0.52, 0.54))
    assert in_time == pytest.approx(0.0)
    assert 0.0 < late < later < config.missed_price


def test_an_unwanted_key_costs_more_the_further_it_goes_down() -> None:
    config = StrikeCostConfig(frame_price=0.0)
    half, most = (cost_of(config, [], struck(KEYS[0], 0.5, depth=depth)) for depth in (0.4, 0.7))
    assert 0.0 < half < most < config.stray_price
    assert cost_of(config, [note(0.5)], struck(KEYS[0], 0.5, depth=0.7)) < config.missed_price + most


def test_frames_count_a_little() -> None:
    goal = np.zeros(88, bool)
    goal[KEYS[0]] = True
    silence = np.zeros((STEPS, PARTS, 88))
    assert cost_of(StrikeCostConfig(frame_price=0.1), [], silence, goal) == pytest.approx(0.1 * STEPS)
