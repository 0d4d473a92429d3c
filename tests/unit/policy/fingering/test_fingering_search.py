"""The beam against all fingerings of small songs, with costs computed independently (slow_fingering)."""

from dataclasses import replace

import numpy as np
import pytest
from slow_fingering import Tone, cheapest, path_cost, search

from pianomime_core.keyboard import KEYBOARD
from pianomime_policy.fingering.fingering import FingeringConfig, fingering_costs, first_beam
from pianomime_policy.fingering.fingering_search import Beam, extend_beam, extend_beams

CONFIG = FingeringConfig()
SHAPES = ([1, 1, 1], [1, 1, 1, 1], [2, 1], [2, 2], [1, 3], [2, 1, 1], [3], [4], [5])


def small_song(shape: list[int], seed: int) -> list[Tone]:
    """Slices with the numbers of notes in `shape`, some held into the next ones, keys at least two semitones apart."""
    random = np.random.default_rng(seed)
    song: list[Tone] = []
    step = 0
    for count in shape:
        lowest = int(random.integers(20, 55))
        keys = lowest + 2 * random.choice(10, count, replace=False) + int(random.integers(0, 2))
        held = {tone.key for tone in song if tone.end >= step}
        song += [Tone(int(key), step, step + int(random.integers(1, 8))) for key in keys if key not in held]
        step += int(random.integers(1, 6))
    return song


@pytest.mark.slow
@pytest.mark.parametrize("shape", SHAPES, ids=str)
@pytest.mark.parametrize("width", [CONFIG.width, 4000])
def test_no_fingering_of_a_small_song_is_cheaper(shape, width):
    config = replace(CONFIG, width=width)
    compared = 0
    for seed in range(8):
        song = small_song(shape, seed)
        found = search(config, song)
        if any(-1 in fingers for fingers in found):
            continue  # dropping a note was cheaper than a stretch
        assert path_cost(CONFIG, song, found) == pytest.approx(cheapest(CONFIG, song), abs=1e-9)
        compared += 1
    assert compared >= 5


@pytest.mark.slow
@pytest.mark.parametrize(
    ("costs", "shape"),
    [
        ({"reuse_price": 9.0, "reuse_steps": 90, "travel_price_per_m": 0.0}, [1, 1, 1, 1]),
        ({"speed_price": 50.0, "free_speed_m_s": 0.05}, [1, 1, 1]),
        ({"hand_gap_m": 0.5, "hand_gap_price": 0.3}, [1, 1, 1]),
        ({"black_price": (0.0, 3.0, 2.0, 1.0, 0.0), "finger_price": (1.0, 0.0, 2.0, 0.0, 1.0)}, [3, 1]),
        ({"stretch_price": 0.01, "centre_inertia": 40.0}, [3]),
    ],
    ids=lambda value: str(list(value)),
)
def test_every_cost_matters(costs, shape):
    config = replace(CONFIG, **costs)
    different = 0
    for seed in range(12):
        song = small_song(shape, seed)
        found, usual = search(config, song), search(CONFIG, song)
        if any(-1 in fingers for fingers in found + usual):
            continue
        assert path_cost(config, song, found) == pytest.approx(cheapest(config, song), abs=1e-9)
        different += found != usual
    assert different > 0


def start(width: int = 48):
    """Cost weights and the beam before the first note."""
    config = replace(CONFIG, width=width)
    return fingering_costs(config), first_beam(config)


def test_a_beam_is_sorted_narrow_and_without_twins():
    costs, beam = start()
    key, end = np.array([39, 43, 46]), np.array([9, 9, 9])
    new, parent, finger = extend_beam(costs, beam, 20, np.arange(3), key, end, 5)
    assert len(new.cost) == len(parent) == len(finger) == 20
    assert np.all(np.diff(new.cost) >= 0.0)
    assert not parent.any()
    assert len({tuple(f) for f in finger}) == 20
    for held, fingers, moved, last_key, last_end in zip(
        new.held_note, finger, new.moved_step, new.last_key, new.last_end, strict=True
    ):
        for note, f in enumerate(fingers):
            assert f < 0 or (held[f], last_key[f], last_end[f], moved[f // 5]) == (note, key[note], 9, 5)
        assert np.sum(held >= 0) == np.sum(fingers >= 0)


def test_one_note_has_ten_fingers():
    costs, beam = start()
    new, _, finger = extend_beam(costs, beam, 100, np.array([0]), np.array([40]), np.array([3]), 0)
    assert sorted(finger[:, 0]) == list(range(10))
    assert len(new.cost) == 10


def test_the_input_beam_is_not_changed():
    costs, beam = start()
    key, end = np.array([40, 44]), np.array([3, 9])
    first, _, _ = extend_beam(costs, beam, 10, np.array([0]), key, end, 0)
    copies = [values.copy() for values in first]
    second, parent, _ = extend_beam(costs, first, 10, np.array([1]), key, end, 5)
    assert all(np.array_equal(values, copy) for values, copy in zip(first, copies, strict=True))
    assert np.all((parent >= 0) & (parent < len(first.cost)))
    # The first note has ended at step 3: no finger holds it any more, and its finger remembers.
    assert not np.any(second.held_note == 0)
    assert np.all(
        np.any((second.last_key == 40) & (second.last_end == 3), axis=1) | np.any(second.held_note == 1, axis=1)
    )


def test_beams_are_extended_together_as_each_alone():
    costs, beam = start()
    key, end = np.array([28, 40, 44, 47, 50]), np.array([60, 60, 15, 15, 60])
    bass, _, _ = extend_beam(costs, beam, 48, np.array([0]), key, end, 0)
    chord, _, _ = extend_beam(costs, bass, 30, np.arange(1, 4), key, end, 10)
    together = Beam(*(np.concatenate(pair) for pair in zip(bass, chord, strict=True)))
    first = np.array([0, len(bass.cost), len(bass.cost), len(together.cost)])  # the second of three is empty
    new, begin, parent, finger = extend_beams(costs, together, first, 20, np.array([4]), key, end, 20)
    assert begin.tolist() == [0, 20, 20, 40]
    for alone, mine, offset in ((bass, slice(0, 20), 0), (chord, slice(20, 40), len(bass.cost))):
        expected, expected_parent, expected_finger = extend_beam(costs, alone, 20, np.array([4]), key, end, 20)
        assert all(np.array_equal(values[mine], each) for values, each in zip(new, expected, strict=True))
        assert np.array_equal(parent[mine] - offset, expected_parent)
        assert np.array_equal(finger[mine], expected_finger)


def test_a_finger_that_holds_a_note_strikes_no_other():
    costs, beam = start()
    key, end = np.array([40, 42]), np.array([9, 9])
    first, _, struck = extend_beam(costs, beam, 10, np.array([0]), key, end, 0)
    _, parent, finger = extend_beam(costs, first, 1000, np.array([1]), key, end, 1)
    for p, f in zip(parent, finger[:, 0], strict=True):
        holding = struck[p, 0]
        assert f != holding
        if f // 5 == holding // 5 == 0:
            assert f > holding  # the higher key to the outer finger
        elif f // 5 == holding // 5 == 1:
            assert f < holding


def test_neighbours_too_near_for_two_fingers_are_shared_between_the_hands():
    # From C sharp to D it is 11.25 mm, less than the gap of 12 mm that two fingers of a hand need.
    song = [Tone(40, 0, 4), Tone(41, 0, 4)]
    assert np.diff(KEYBOARD.center_y_m[[40, 41]]) < CONFIG.order_gap_m
    [(low, high)] = search(CONFIG, song)
    assert (low // 5, high // 5) == (1, 0)
