import numpy as np
import pytest
from training.music import mirrored, notes_of, roll_of, stretched, synthetic_roll, transposed, varied

from pianomime_core.keyboard import KEYBOARD


def _roll(*notes: tuple[int, int, int], steps: int = 20) -> np.ndarray:
    roll = np.zeros((steps, 88), bool)
    for onset, end, key in notes:
        roll[onset:end, key] = True
    return roll


def test_notes_come_by_onset_and_key_and_make_the_same_roll() -> None:
    roll = _roll((5, 9, 40), (0, 3, 50), (5, 20, 30), (4, 6, 50))
    assert notes_of(roll).tolist() == [[0, 3, 50], [4, 6, 50], [5, 20, 30], [5, 9, 40]]
    np.testing.assert_array_equal(roll_of(notes_of(roll), 20), roll)


def test_a_key_struck_again_at_once_is_let_go_before() -> None:
    notes = np.array([[0, 4, 7], [4, 8, 7]])
    assert notes_of(roll_of(notes, 8)).tolist() == [[0, 3, 7], [4, 8, 7]]


def test_transposition_stops_at_the_end_of_the_keyboard() -> None:
    roll = _roll((0, 4, 2), (0, 4, 80))
    assert notes_of(transposed(roll, 5))[:, 2].tolist() == [7, 85]
    assert notes_of(transposed(roll, -9))[:, 2].tolist() == [0, 78]
    assert notes_of(transposed(roll, 30))[:, 2].tolist() == [9, 87]


def test_the_mirror_keeps_colours_and_distances() -> None:
    roll = _roll((0, 4, 41), (1, 5, 42), (2, 6, 46))
    reflected = notes_of(mirrored(roll))[:, 2]
    assert reflected.tolist() == [41, 40, 36]
    assert KEYBOARD.is_black[reflected].tolist() == KEYBOARD.is_black[[41, 42, 46]].tolist()
    assert not mirrored(_roll((0, 4, 87)))[:, :1].any()
    assert notes_of(mirrored(_roll((0, 4, 87))))[:, 2].tolist() == [7]  # an octave down, then reflected


def test_slower_music_has_longer_notes_at_later_steps() -> None:
    roll = _roll((0, 2, 30), (4, 8, 31), (8, 9, 31))
    assert notes_of(roll)[-1].tolist() == [4, 9, 31]  # one note: nothing between them
    assert notes_of(stretched(roll, 2.0)).tolist() == [[0, 4, 30], [8, 18, 31]]
    assert notes_of(stretched(_roll((3, 4, 30)), 0.4)).tolist() == [[1, 2, 30]]


@pytest.mark.parametrize("seed", range(5))
def test_made_up_music_is_playable_in_number_and_repeats_from_its_seed(seed: int) -> None:
    roll = synthetic_roll(np.random.default_rng(seed), 400)
    assert roll.shape == (400, 88)
    assert 20 < len(notes_of(roll)) < 600
    assert roll.sum(axis=1).max() <= 10
    np.testing.assert_array_equal(roll, synthetic_roll(np.random.default_rng(seed), 400))


def test_varied_music_keeps_its_notes() -> None:
    roll = _roll((0, 4, 30), (5, 9, 40), (10, 20, 50))
    changed = varied(roll, np.random.default_rng(3))
    assert len(notes_of(changed)) == 3
    assert not np.array_equal(changed[: len(roll)], roll[: len(changed)])
