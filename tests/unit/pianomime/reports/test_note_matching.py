"""Notes and strikes are paired as mir_eval pairs them."""

import numpy as np
import pytest
from mir_eval import transcription, util

from pianomime.reports.note_matching import chords, match, median_lag_s
from pianomime_core.notes import Note


def music(rng: np.random.Generator, number: int) -> list[Note]:
    """Crowded: the same few keys, so that a strike may be any of several notes."""
    onsets = rng.uniform(0, 4, number)
    return [Note(int(p), t, t + 0.2) for p, t in zip(rng.integers(60, 63, number), onsets, strict=True)]


@pytest.mark.parametrize("seed", range(20))
@pytest.mark.parametrize("ratio", [None, 0.2])
def test_as_many_pairs_as_mir_eval_finds(seed: int, ratio: float | None) -> None:
    rng = np.random.default_rng(seed)
    written, heard = music(rng, 80), music(rng, 90)
    sides = [
        (np.array([(n.onset_s, n.offset_s) for n in notes]) - lag, util.midi_to_hz(np.array([n.pitch for n in notes])))
        for notes, lag in ((written, 0.0), (heard, 0.01))
    ]
    theirs = transcription.match_notes(*sides[0], *sides[1], onset_tolerance=0.05, offset_ratio=ratio)
    ours = match(written, heard, 0.01, offset_ratio=ratio)
    assert len(ours) == len(theirs) > 20
    assert ours == sorted(ours)
    assert len({i for i, _ in ours}) == len({k for _, k in ours}) == len(ours), "each once"
    for i, k in ours:
        assert written[i].pitch == heard[k].pitch
        assert abs(heard[k].onset_s - 0.01 - written[i].onset_s) <= 0.05 + 1e-4


def test_a_note_that_two_strikes_may_be_leaves_the_other_its_own() -> None:
    written = [Note(60, 0.0, 0.2), Note(60, 0.08, 0.3)]
    assert match(written, [Note(60, 0.04, 0.1), Note(60, -0.01, 0.1)]) == [(0, 1), (1, 0)]


def test_the_lag_is_the_median_of_what_is_near() -> None:
    written = [Note(60 + k, k, k + 0.5) for k in range(4)]
    late = [Note(60, 0.02, 1), Note(61, 1.06, 2), Note(62, 2.14, 3), Note(63, 3.3, 4), Note(80, 3, 4)]
    assert median_lag_s(written, late) == pytest.approx(0.06), "of 20, 60 and 140 ms: 300 is another strike"
    assert median_lag_s(written, []) == 0


def test_chords_are_30_ms_wide_at_most() -> None:
    onsets_s = [1.0, 0.02, 0.0, 0.04, 0.05]
    notes = [Note(pitch, onset_s, 2) for pitch, onset_s in zip((70, 60, 64, 50, 80), onsets_s, strict=True)]
    assert chords(notes) == [[1, 2], [3, 4], [0]]
