"""Piano rolls against hand-drawn ones, RoboPianist's own code, and the demonstration clips."""

from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from pianomime_core.midi_score import load_midi
from pianomime_core.notes import Note, Score
from pianomime_core.piano_roll import PianoRoll, Span, note_span, piano_roll, rasterize, rasterize_sustain, trim_silence

ROBOPIANIST_ROLLS = Path(__file__).parents[2] / "reference" / "piano_rolls.npz"
DEMOS = Path(__file__).parents[4] / "shared" / "demos"
READ_OTHERWISE = "tempo_on_later_track"
"""pretty_midi ignores the tempo of every track but the first; the standard and all players heed it, and so do we."""
SONG_NAMES = [name[: -len("/midi")] for name in np.load(ROBOPIANIST_ROLLS).files if name.endswith("/midi")]
SONG_NAMES.remove(READ_OTHERWISE)


def drawn(goal: NDArray[np.bool_], pitch: int) -> str:
    """One key as text, # where it is wanted."""
    return "".join("#" if down else "." for down in goal[:, pitch - 21])


@pytest.mark.parametrize(
    ("spans", "expected"),
    [
        ([(0.0, 0.10)], "##."),  # ends on the border of a frame: one empty row, as RoboPianist has it
        ([(0.0, 0.12)], "###"),  # touches the third frame
        ([(0.0, 0.01)], "#"),
        (
            [(0.0, 0.1), (0.1, 0.22)],
            "##.##"[:5],
        ),  # the two touch: the border frame is not sounding before, no gap needed
        ([(0.0, 0.2), (0.12, 0.32)], "##.####"),  # struck again while it sounds: up for one step
        ([(0.0, 0.12), (0.16, 0.22)], "###.#"),  # ends and begins in neighbouring frames
        ([(0.0, 0.11), (0.14, 0.22)], "##.##"),  # ends and begins in one frame: that frame is the gap
    ],
)
def test_drawn_by_hand(spans: list[tuple[float, float]], expected: str) -> None:
    roll = piano_roll(Score(tuple(Note(60, onset, offset) for onset, offset in spans)))
    assert drawn(roll.goal, 60) == expected
    assert roll.goal.sum() == expected.count("#"), "no other key"
    assert len(roll) == len(roll.sustain) == len(expected)


def test_silence_is_trimmed_at_both_ends() -> None:
    score = Score((Note(60, 7.03, 7.5), Note(64, 7.2, 7.3)), sustain=((0.0, True), (7.1, False), (7.6, True)))
    assert trim_silence(score).sustain == ((0.0, True), (pytest.approx(0.07), False))
    roll = piano_roll(score)
    assert drawn(roll.goal, 60) == "##########"
    assert drawn(roll.goal, 64) == "...###...."
    assert roll.sustain.tolist() == [True] + 9 * [False]
    assert len(piano_roll(score, trim=False)) == 151


def test_a_score_without_notes_has_no_roll() -> None:
    with pytest.raises(ValueError, match="without notes"):
        piano_roll(Score(()))


def test_a_range_of_frames_is_the_same_as_the_whole() -> None:
    spans = [Span(3, 0, 4), Span(3, 4, 6), Span(3, 5, 9), note_span(21, 0.11, 0.12)]
    whole = rasterize(spans, 0, 12)
    pedal = [(1, True), (4, False), (4, True), (8, False)]
    for first in range(12):
        np.testing.assert_array_equal(rasterize(spans, first, 12 - first), whole[first:])
    np.testing.assert_array_equal(rasterize_sustain(pedal, 0, 12), [0, 1, 1, 1, 1, 1, 1, 1, 0, 0, 0, 0])
    np.testing.assert_array_equal(rasterize_sustain(pedal[3:], 6, 3, down_before=True), [1, 1, 0])


@pytest.mark.parametrize("name", SONG_NAMES)
def test_equals_robopianist(name: str, tmp_path: Path) -> None:
    """The fixture was written by tests/reference/make_core_fixtures.py with RoboPianist's own code."""
    fixture = np.load(ROBOPIANIST_ROLLS)
    path = tmp_path / "song.mid"
    path.write_bytes(fixture[f"{name}/midi"].tobytes())
    roll = piano_roll(load_midi(path))
    np.testing.assert_array_equal(roll.goal, fixture[f"{name}/goal"])
    np.testing.assert_array_equal(roll.sustain, fixture[f"{name}/sustain"])


@pytest.mark.skipif(not DEMOS.exists(), reason="../shared/demos is absent")
def test_equals_every_demonstration_clip() -> None:
    """All 376 clips, silence kept: the clips are cut out of longer songs and some begin or end with it.

    RoboPianist's trimming subtracts the first onset before it rounds down, which moves some notes of those clips by one
    frame; the roll that we trim has the same rounding (see `aligned_after_silence` in the fixture above).
    """
    clips = sorted((DEMOS / "clips").glob("*.npz"))
    assert len(clips) == 376
    for path in clips:
        clip = np.load(path)
        expected = np.zeros((len(clip["fingering"]), 88), dtype=bool)
        for onset, end, key in clip["notes"]:
            expected[onset:end, key] = True
        last = np.flatnonzero(expected.any(axis=1))[-1]
        goal = piano_roll(load_midi(DEMOS / "midi" / f"{path.stem}.mid"), trim=False).goal
        np.testing.assert_array_equal(goal[:-1], expected[: last + 1], err_msg=path.stem)
        assert not goal[-1].any()


def test_a_key_is_as_loud_as_it_was_struck_last() -> None:
    """Frames of 50 ms: the second note is struck while the first is held, and ends before it."""
    score = Score((Note(60, 0.0, 0.4, 30), Note(60, 0.2, 0.25, 90), Note(64, 0.1, 0.19, 5), Note(64, 0.11, 0.19, 127)))
    roll = piano_roll(score)
    assert roll.velocity.dtype == np.uint8
    assert roll.velocity[:, 39].tolist() == [30, 30, 30, 30, 0, 90, 90, 90, 0]
    assert roll.velocity[:, 43].tolist() == [0, 0, 127, 127, 0, 0, 0, 0, 0]
    np.testing.assert_array_equal(roll.velocity > 0, roll.goal)


def test_nobody_says_how_loud() -> None:
    goal = np.eye(2, 88, dtype=bool)
    assert PianoRoll(goal, np.zeros(2, dtype=bool)).velocity[:, :2].tolist() == [[64, 0], [0, 64]]
