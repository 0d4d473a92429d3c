"""A performance is the music of its roll, off the grid."""

from itertools import pairwise

import numpy as np
import pytest
from training.music import notes_of, synthetic_roll
from training.performance import PerformanceConfig, performed

from pianomime_core.keyboard import LOWEST_PITCH

PLAIN = PerformanceConfig(
    tempo_spread=0.0, onset_spread_s=0.0, shortest=1.0, longest=1.0, softest=70.0, loudest=70.0, velocity_spread=0.0
)


def test_without_any_spread_it_is_the_roll() -> None:
    roll = np.zeros((40, 88), bool)
    roll[3:10, 40], roll[5:20, 44], roll[30:32, 40] = True, True, True
    score = performed(roll, np.random.default_rng(0), PLAIN)
    expected = [(61, 0.15, 0.5), (65, 0.25, 1.0), (61, 1.5, 1.6)]
    assert [note.pitch for note in score.notes] == [pitch for pitch, _, _ in expected]
    np.testing.assert_allclose([(note.onset_s, note.offset_s) for note in score.notes], [e[1:] for e in expected])
    assert {note.velocity for note in score.notes} == {70}


@pytest.mark.parametrize("seed", range(5))
def test_every_note_is_played_once_and_let_go_before_its_key_is_struck_again(seed: int) -> None:
    rng = np.random.default_rng(seed)
    roll = synthetic_roll(rng, 300)
    score = performed(roll, rng)
    written = notes_of(roll)
    assert sorted(note.pitch for note in score.notes) == sorted(key + LOWEST_PITCH for key in written[:, 2])
    onsets = [note.onset_s for note in score.notes]
    assert onsets == sorted(onsets)
    assert min(onsets) >= 0
    assert len({round(onset, 4) for onset in onsets}) > 0.9 * len(onsets)  # off the grid
    for pitch in {note.pitch for note in score.notes}:
        mine = [note for note in score.notes if note.pitch == pitch]
        assert all(a.offset_s <= b.onset_s for a, b in pairwise(mine))


def test_the_same_seed_plays_the_same() -> None:
    roll = synthetic_roll(np.random.default_rng(1), 200)
    first, second = (performed(roll, np.random.default_rng(7)) for _ in range(2))
    assert first == second


def test_a_roll_without_notes_cannot_be_performed() -> None:
    with pytest.raises(ValueError, match="without notes"):
        performed(np.zeros((20, 88), bool), np.random.default_rng(0))
