"""Notes from a stream of events, against those of the same music as a whole."""

import numpy as np
import pytest

from pianomime_core.goal_window import NoteEvent, note_events, roll_window
from pianomime_core.notes import Note, Score
from pianomime_core.piano_roll import piano_roll
from pianomime_core.streaming_notes import StreamingNotes


def separate(rng: np.random.Generator) -> Score:
    """Notes of ten keys, each free before it is struck again; the first note of all begins at 0."""
    notes = [Note(70, 0.0, 0.33)]
    for pitch in range(50, 60):
        time_s = float(rng.uniform(0.0, 1.0))
        while time_s < 6.0:
            length_s = float(rng.choice([0.03, 0.2, 1.5]) * rng.uniform(0.5, 1.5))
            notes.append(Note(pitch, time_s, time_s + length_s, int(rng.integers(1, 128))))
            time_s += length_s + float(rng.uniform(0.001, 0.5))
    moved_s = np.cumsum(rng.choice([0.02, 0.2, 1.5], 8) * rng.uniform(0.5, 1.5, 8))
    pedal = tuple((float(time_s), k % 2 == 0) for k, time_s in enumerate(moved_s) if time_s < 6.0)
    return Score(tuple(sorted(notes, key=lambda note: (note.onset_s, note.pitch))), pedal)


def assert_same(notes, truth):
    np.testing.assert_array_equal(notes.key, truth.key)
    np.testing.assert_allclose(notes.onset_s, truth.onset_s, rtol=0, atol=2e-9)
    np.testing.assert_allclose(notes.end_s, truth.end_s, rtol=0, atol=2e-9)
    np.testing.assert_array_equal(notes.velocity, truth.velocity)
    np.testing.assert_allclose(notes.pedal_s, truth.pedal_s, rtol=0, atol=2e-9)
    assert notes.known_s == truth.known_s


@pytest.mark.parametrize("seed", range(5))
def test_streamed_notes_are_those_of_the_file(seed):
    score = separate(np.random.default_rng(seed))
    roll, events = piano_roll(score), list(note_events(score))
    streaming = StreamingNotes(kept_s=0.5)
    for step in range(len(roll) - 25):  # later the file knows that the pedal comes up with its end
        while events and events[0].time_s < (step + 20) / 20:
            streaming.feed(events.pop(0))
        assert_same(streaming.window(step, 20), roll_window(roll, step, 20).notes)


def test_a_strike_ends_what_sounds_on_its_key():
    streaming = StreamingNotes(kept_s=0.0)
    for event in (NoteEvent(0.1, True, 60, 50), NoteEvent(0.2, True, 60, 70), NoteEvent(0.3, False, 60)):
        streaming.feed(event)
    notes = streaming.window(0, 20)
    assert notes.onset_s.tolist() == [0.1, 0.2]
    assert notes.end_s.tolist() == [0.2, 0.3]
    assert notes.velocity.tolist() == [50, 70]


def test_what_a_window_has_said_stays_true():
    streaming = StreamingNotes(kept_s=0.0)
    streaming.feed(NoteEvent(0.3, True, 60))
    assert streaming.window(0, 10).end_s.tolist() == [np.inf]
    streaming.feed(NoteEvent(0.4, False, 60))  # late: it was said to sound until 0.5 s
    streaming.feed(NoteEvent(0.45, True, 62))
    streaming.feed(NoteEvent(0.46, False, 62))
    notes = streaming.window(1, 20)
    assert notes.onset_s.tolist() == [0.3, 0.5]
    assert notes.end_s == pytest.approx([0.5, 0.501])


def test_a_pedal_that_comes_late_changes_nothing_that_was_said():
    streaming = StreamingNotes(kept_s=0.0)
    streaming.feed(NoteEvent(0.3, True))
    assert streaming.window(0, 10).pedal_s.tolist() == [[0.3, np.inf]]
    streaming.feed(NoteEvent(0.4, False))  # late
    streaming.feed(NoteEvent(0.6, True))
    assert streaming.window(1, 20).pedal_s.tolist() == [[0.3, 0.5], [0.6, np.inf]]
    streaming.feed(NoteEvent(9.0, False))
    assert streaming.window(170, 20).pedal_s.tolist() == [[0.6, 9.0]]
    assert streaming.window(220, 20).pedal_s.tolist() == []


def test_pedals_releases_of_nothing_and_other_pitches_are_no_notes():
    streaming = StreamingNotes(kept_s=0.0)
    for event in (NoteEvent(0.1, True), NoteEvent(0.1, True, 10), NoteEvent(0.2, False, 60)):
        streaming.feed(event)
    assert len(streaming.window(0, 20)) == 0
