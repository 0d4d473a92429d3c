"""Windows of a roll, and the same windows from a stream of events."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pianomime_core.goal_window import NoteEvent, StreamingGoal, first_rows, goal_window, note_events, roll_window
from pianomime_core.notes import Note, Score
from pianomime_core.piano_roll import piano_roll
from pianomime_core.timing import CONTROL_TIMESTEP_S

TICK_S = 0.0125
"""A quarter of a frame: notes on borders, inside frames, and shorter than one."""


def test_window_is_padded_past_the_end() -> None:
    rows = np.eye(5, 88, dtype=bool)
    window = goal_window(rows, 3, 4)
    np.testing.assert_array_equal(window[:2], rows[3:])
    assert not window[2:].any()
    assert goal_window(rows, 99, 4).shape == (4, 88)
    assert not goal_window(rows, 99, 4).any()
    np.testing.assert_array_equal(goal_window(np.ones(5, dtype=bool), 4, 3), [True, False, False])
    with pytest.raises(ValueError, match="-1"):
        goal_window(rows, -1, 4)
    window[:] = True
    assert rows.sum() == 5, "a window is a copy"


scores = st.builds(
    lambda notes, pedal: Score(
        notes=tuple(Note(pitch, on * TICK_S, (on + length) * TICK_S, loud) for pitch, on, length, loud in notes),
        sustain=tuple((tick * TICK_S, down) for tick, down in sorted(pedal, key=lambda event: event[0])),
    ),
    st.lists(
        st.tuples(st.integers(60, 63), st.integers(0, 200), st.integers(1, 60), st.integers(1, 127)),
        min_size=1,
        max_size=25,
    ),
    st.lists(st.tuples(st.integers(0, 260), st.booleans()), max_size=8),
)


@settings(deadline=None)
@given(scores, st.integers(1, 12), st.integers(0, 9))
def test_streamed_rows_equal_the_rows_of_the_file(score: Score, horizon: int, lookahead: int) -> None:
    roll = piano_roll(score)
    events = list(note_events(score))
    streaming = StreamingGoal(horizon)
    for step in range(len(roll) + 3):
        known_step = step + lookahead
        known_s = known_step * CONTROL_TIMESTEP_S
        while events and events[0].time_s < known_s:
            streaming.feed(events.pop(0))
        streaming.advance(known_s)
        goal, sustain, velocity, _ = streaming.window(step)
        visible = min(lookahead, horizon)
        np.testing.assert_array_equal(goal[:visible], goal_window(roll.goal, step, visible))
        assert not goal[visible:].any()
        np.testing.assert_array_equal(velocity[:visible], goal_window(roll.velocity, step, visible))
        assert not velocity[visible:].any()
        scored = min(visible, max(len(roll) - step, 0))  # a pedal that is held at the end stays down in a stream
        np.testing.assert_array_equal(sustain[:scored], roll.sustain[step : step + scored])


def test_events_of_a_score_are_what_a_keyboard_sends() -> None:
    score = Score((Note(60, 5.0, 6.0), Note(60, 5.5, 5.75), Note(60, 6.0, 7.0)), sustain=((5.25, True),))
    assert list(note_events(score)) == [
        NoteEvent(0.0, True, 60),
        NoteEvent(0.25, True),
        NoteEvent(0.5, True, 60),
        NoteEvent(1.0, False, 60),
        NoteEvent(1.0, True, 60),
        NoteEvent(2.0, False, 60),
    ]


def test_a_held_key_sounds_until_now() -> None:
    streaming = StreamingGoal(6)
    streaming.note_on(60, 0.06)
    streaming.advance(0.2)
    assert streaming.window(0)[0][:, 39].tolist() == [False, True, True, True, False, False]
    streaming.note_off(60, 0.21)
    streaming.advance(0.3)
    assert streaming.window(1)[0][:, 39].tolist() == [True, True, True, True, False, False]
    with pytest.raises(ValueError, match="step 0 was discarded"):
        streaming.window(0)


def test_a_late_event_does_not_change_what_was_shown() -> None:
    streaming = StreamingGoal(4)
    streaming.advance(0.15)
    streaming.note_on(60, 0.02)
    streaming.sustain(True, 0.02)
    streaming.advance(0.2)
    goal, sustain, *_ = streaming.window(0)
    assert goal[:, 39].tolist() == sustain.tolist() == [False, False, False, True]


random_events = st.lists(
    st.tuples(
        st.sampled_from(["on", "off", "pedal", "advance", "window"]),
        st.integers(-5, 130),
        st.floats(-1.0, 30.0),
    ),
    max_size=80,
)


@settings(deadline=None)
@given(random_events, st.integers(0, 12))
def test_random_streams_always_have_a_window(events: list[tuple[str, int, float]], horizon: int) -> None:
    """Unmatched note-offs, doubled note-ons, pitches off the keyboard, times that go back."""
    streaming = StreamingGoal(horizon)
    step = 0
    for kind, number, time_s in events:
        if kind == "on":
            streaming.note_on(number, time_s)
        elif kind == "off":
            streaming.note_off(number, time_s)
        elif kind == "pedal":
            streaming.sustain(number % 2 == 0, time_s)
        elif kind == "advance":
            streaming.advance(time_s)
        else:
            step += abs(number)
        goal, sustain, velocity, _ = streaming.window(step)
        assert (goal.shape, goal.dtype, sustain.shape, sustain.dtype) == ((horizon, 88), bool, (horizon,), bool)
        assert (velocity.shape, velocity.dtype) == ((horizon, 88), np.uint8)
        assert np.array_equal(velocity > 0, goal)


def test_times_must_be_finite() -> None:
    streaming = StreamingGoal(4)
    for call in (lambda: streaming.note_on(60, float("nan")), lambda: streaming.advance(float("inf"))):
        with pytest.raises(ValueError, match="finite"):
            call()


def test_a_window_of_a_roll_has_its_rows() -> None:
    roll = piano_roll(Score((Note(60, 0.0, 0.1, 20), Note(62, 0.1, 0.2, 99)), sustain=((0.05, True),)))
    goal, sustain, velocity, _ = roll_window(roll, 1, 3)
    assert velocity[:, [39, 41]].tolist() == [[20, 0], [0, 99], [0, 99]]
    np.testing.assert_array_equal(velocity > 0, goal)
    assert sustain.tolist() == [True] * 3
    assert [rows.shape for rows in roll_window(roll, 99, 2)[:3]] == [(2, 88), (2,), (2, 88)]
    for rows, whole in zip(roll_window(roll, 2, None)[:3], (roll.goal, roll.sustain, roll.velocity), strict=True):
        np.testing.assert_array_equal(rows, whole[2:])


def test_a_window_of_a_roll_has_the_notes_of_its_rows() -> None:
    roll = piano_roll(Score((Note(60, 0.0, 0.12), Note(62, 0.13, 4.0), Note(64, 0.26, 0.3))))
    notes = roll_window(roll, 0, 5).notes
    assert notes is not None
    assert (notes.key.tolist(), notes.end_s.tolist(), notes.known_s) == ([39, 41], [0.12, np.inf], 0.25)
    # A note that has ended stays for a second, so that a reader that misses windows learns of its end.
    assert [len(roll_window(roll, step, 5).notes) for step in (22, 23, 26, 27)] == [3, 2, 1, 1]
    assert roll_window(roll, 7, None).notes is roll.notes


def test_the_first_rows_of_a_window_have_their_notes_alone() -> None:
    roll = piano_roll(Score((Note(60, 0.0, 0.12), Note(62, 0.13, 4.0), Note(64, 0.26, 0.3))))
    long, short = roll_window(roll, 1, 9), roll_window(roll, 1, 3)
    cut = first_rows(long, 1, 3)
    for rows, others in zip(cut[:3], short[:3], strict=True):
        np.testing.assert_array_equal(rows, others)
    for name in ("key", "onset_s", "end_s", "velocity", "known_s"):
        np.testing.assert_array_equal(getattr(cut.notes, name), getattr(short.notes, name))
    assert first_rows(long, 1, None) is first_rows(long, 1, 9) is long
