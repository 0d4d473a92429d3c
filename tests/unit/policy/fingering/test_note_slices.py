"""Notes in time become the same slices however they are seen: all at once, or window by window."""

import math
from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pianomime_core.goal_window import NOTES_KEPT_S
from pianomime_core.notes import Note
from pianomime_core.visible_notes import VisibleNotes, visible_notes
from pianomime_policy.fingering.goal_notes import SOUNDING, GoalNotes
from pianomime_policy.fingering.note_slices import CHORD_S, NoteSlices

STEP_S, REACH_M = 0.05, 0.18


def seen_at(notes: VisibleNotes, step: int, rows: int) -> VisibleNotes:
    """The window of a step: so many rows, and what ended shortly before it."""
    return notes.window(step / 20 - NOTES_KEPT_S, (step + rows) / 20)


class Seen:
    """The slices of windows as (step, keys), and the notes they are of."""

    def __init__(self, windows: Sequence[VisibleNotes]) -> None:
        self.notes = GoalNotes()
        slices = NoteSlices(self.notes, REACH_M)
        self.slices = [(step, self.notes.key[new].tolist()) for seen in windows for step, new in slices.update(seen)]


def at_once(*notes: Note) -> Seen:
    return Seen([visible_notes(notes)])


def test_a_chord_is_what_begins_within_35_ms_of_its_first_note() -> None:
    seen = at_once(Note(64, 1.03, 2.0), Note(60, 1.01, 2.0), Note(67, 1.044, 2.0), Note(72, 1.046, 2.0))
    assert CHORD_S == 0.035
    assert [keys for _, keys in seen.slices] == [[39, 43, 46], [51]]
    # Each keeps its own time.
    np.testing.assert_allclose(seen.notes.onset_time * STEP_S, [1.01, 1.03, 1.044, 1.046])


def test_a_slice_stands_at_the_step_before_its_first_note() -> None:
    [(early, _), (late, _)] = at_once(Note(60, 1.01, 1.5), Note(62, 1.26, 1.5)).slices
    assert (early, late) == (19, 24)


def test_a_double_that_no_hand_reaches_is_left_out() -> None:
    [(_, keys)] = at_once(*(Note(pitch, 1.0, 2.0) for pitch in (36, 60, 64, 76))).slices
    assert keys == [36 - 21, 64 - 21, 76 - 21]


def test_slices_have_steps_of_their_own() -> None:
    seen = at_once(*(Note(60 + i, 1.0 + 0.036 * i, 3.0) for i in range(6)))
    steps = [step for step, _ in seen.slices]
    assert len(steps) == 6
    assert np.all(np.diff(steps) >= 1)


def test_a_key_struck_twice_within_a_chord_is_two_slices() -> None:
    seen = at_once(Note(60, 1.0, 1.01), Note(64, 1.01, 1.5), Note(60, 1.02, 1.5))
    assert [keys for _, keys in seen.slices] == [[39, 43], [39]]


def test_velocities_are_those_of_the_notes() -> None:
    seen = at_once(Note(64, 1.0, 2.0, 90), Note(60, 1.0, 2.0, 20))
    assert seen.notes.velocity.tolist() == [20, 90]


def test_an_end_may_become_known_later() -> None:
    note = visible_notes([Note(60, 0.5, 1.52)])
    notes = GoalNotes()
    slices = NoteSlices(notes, REACH_M)
    slices.update(seen_at(note, 0, 20))
    assert notes.end.tolist() == [SOUNDING]
    slices.update(seen_at(note, 10, 20))
    assert notes.end.tolist() == [SOUNDING]
    slices.update(seen_at(note, 11, 20))  # up to 1.55 s
    assert notes.end_time.tolist() == pytest.approx([30.4])
    # For the fingering, held to the end of the frame in which it ends.
    assert notes.end.tolist() == [30]
    assert notes.end.tolist() == [30]


def test_a_chord_waits_until_it_is_complete() -> None:
    chord = visible_notes([Note(60, 0.98, 2.0), Note(64, 1.01, 2.0)])
    slices = NoteSlices(GoalNotes(), REACH_M)
    assert slices.update(seen_at(chord, 0, 20)) == []
    [(_, new)] = slices.update(seen_at(chord, 1, 20))
    assert len(new) == 2


def test_a_note_shorter_than_its_chord_has_its_end() -> None:
    seen = Seen([seen_at(visible_notes([Note(60, 0.98, 0.99)]), step, 20) for step in range(5)])
    assert seen.notes.end_time.tolist() == pytest.approx([19.8])


milliseconds = st.integers(0, 3000)
pieces = st.lists(st.tuples(milliseconds, st.integers(5, 900), st.integers(55, 62)), min_size=1, max_size=25)


def played(piece: list[tuple[int, int, int]]) -> VisibleNotes:
    """Notes of (onset, length, pitch) in ms, in which no key begins twice in the same ms."""
    alone = {(onset, pitch): length for onset, length, pitch in piece}
    return visible_notes([Note(p, onset / 1e3, (onset + length) / 1e3) for (onset, p), length in alone.items()])


@settings(deadline=None)
@given(pieces, st.sampled_from([3, 20, 40]), st.integers(1, 8))
def test_windows_step_by_step_show_what_all_at_once_shows(piece, rows, every) -> None:
    notes = played(piece)
    end = math.ceil((notes.end_s.max() + 1) * 20)
    streamed = Seen([seen_at(notes, step, rows) for step in range(0, end, every)])
    whole = Seen([notes])
    assert streamed.slices == whole.slices
    for name in ("key", "onset", "onset_time", "velocity", "end", "end_time"):
        assert np.array_equal(getattr(streamed.notes, name), getattr(whole.notes, name)), name


@settings(deadline=None)
@given(pieces)
def test_every_note_is_in_one_slice_and_no_key_twice_in_it(piece) -> None:
    notes = played(piece)
    seen = Seen([notes])
    assert seen.notes.count == len(notes)
    assert sorted(zip(seen.notes.key, np.round(seen.notes.onset_time * STEP_S, 6), strict=True)) == sorted(
        zip(notes.key, np.round(notes.onset_s, 6), strict=True)
    )
    for _, keys in seen.slices:
        assert keys == sorted(set(keys))
    assert np.all(seen.notes.end > seen.notes.onset)
    assert np.all(seen.notes.end_time > seen.notes.onset_time)
