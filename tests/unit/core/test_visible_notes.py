"""Notes as arrays: whole nanoseconds, and what of them is known."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pianomime_core.notes import Note
from pianomime_core.piano_roll import note_span
from pianomime_core.visible_notes import pedal_presses, visible_notes

TIMES = st.one_of(
    st.floats(0.0, 1000.0),
    st.builds(lambda row, more: max(row / 20 + more, 0.0), st.integers(0, 9999), st.floats(-1e-9, 1e-9)),
)


@given(TIMES, st.floats(1e-12, 5.0))
def test_whole_nanoseconds_change_no_frame(onset_s, length_s):
    note = Note(60, onset_s, max(onset_s + length_s, np.nextafter(onset_s, np.inf)))
    notes = visible_notes([note])
    [begin_s], [end_s] = notes.onset_s, notes.end_s
    assert begin_s < end_s
    assert begin_s == round(begin_s * 1e9) / 1e9
    assert abs(begin_s - note.onset_s) <= 1.6e-9
    assert note_span(60, begin_s, end_s) == note_span(60, note.onset_s, note.offset_s)


def test_a_window_hides_ends_that_are_still_to_come():
    notes = visible_notes([Note(60, 0.0, 1.0), Note(62, 0.5, 3.0), Note(64, 2.5, 3.0), Note(65, 2.0, 2.1)])
    seen = notes.window(1.0, 2.5)
    assert seen.key.tolist() == [41, 44]
    assert seen.end_s.tolist() == [np.inf, 2.1]
    assert seen.known_s == 2.5


def test_who_begins_in_the_middle_begins_with_what_sounds():
    notes = [Note(62, 0.5, 2.0, 50), Note(61, 0.6, 9.0, 60), Note(60, 0.0, 1.0, 70), Note(60, 1.2, 1.4, 80)]
    seen = visible_notes(notes).window(0.0, 5.0).from_time(1.0)
    assert seen.key.tolist() == [40, 41, 39]
    assert np.allclose(seen.onset_s, [0.0, 0.0, 0.2])
    assert np.allclose(seen.end_s, [np.inf, 1.0, 0.4])
    assert seen.velocity.tolist() == [60, 50, 80]
    assert seen.known_s == 4.0


def test_what_is_known_of_the_pedal_is_known_as_of_notes():
    pedal = [(0.0, False), (0.2, True), (0.2, True), (1.3, False), (1.4, True), (2.6, False)]
    notes = visible_notes([Note(60, 0.0, 3.0)], pedal)
    assert notes.pedal_s.tolist() == [[0.2, 1.3], [1.4, 2.6]]
    assert notes.window(1.3, 2.6).pedal_s.tolist() == [[1.4, np.inf]]
    assert notes.window(0.0, 1.4).pedal_s.tolist() == [[0.2, 1.3]]
    assert notes.from_time(1.0).pedal_s == pytest.approx(np.array([[0.0, 0.3], [0.4, 1.6]]))


def test_what_the_pedal_does_and_undoes_at_once_is_nothing():
    undone = [(0.1, True), (0.1, False), (0.2, True), (0.3, False), (0.3, True), (0.4, False)]
    assert pedal_presses(undone).tolist() == [[0.2, 0.4]]
    assert pedal_presses([(0.1, True), (0.2, False), (0.2, True)]).tolist() == [[0.1, np.inf]]
    assert pedal_presses([]).shape == (0, 2)


def test_who_begins_at_the_beginning_sees_the_same():
    notes = visible_notes([Note(60, 0.1, 0.2), Note(62, 0.0, 2.0)])
    same = notes.from_time(0.0)
    assert all(np.array_equal(getattr(same, what), getattr(notes, what)) for what in ("key", "onset_s", "end_s"))


def test_other_notes_have_another_digest():
    note = Note(60, 0.0, 1.0, 64)
    others = [Note(61, 0.0, 1.0, 64), Note(60, 0.01, 1.0, 64), Note(60, 0.0, 0.99, 64), Note(60, 0.0, 1.0, 65)]
    digests = {visible_notes([each]).digest() for each in (note, *others)}
    assert len(digests) == 5
    assert visible_notes([note]).digest() in digests
    assert visible_notes([note], [(0.5, True), (0.72, False)]).digest() not in digests
