"""Windows of a live keyboard against the piano roll of the same music as a file."""

import numpy as np
import pytest
from live_performances import STEP_0_S, beat_score, played_live, random_score, two_pieces_with_pedal

from pianomime_core.goal_window import NoteEvent, note_events
from pianomime_core.piano_roll import piano_roll
from pianomime_core.timing import CONTROL_TIMESTEP_S
from pianomime_midi.live_goal import JITTER_S, KEPT_STEPS, WIRE_S, EchoGoal, HeldGoal, live_goal, visible_steps

HORIZON = 40


@pytest.mark.parametrize("seed", range(20))
@pytest.mark.parametrize("delay_steps", [HORIZON, HORIZON + 7])
def test_echo_gives_the_windows_of_the_file(seed, delay_steps):
    rng = np.random.default_rng(seed)
    score = random_score(rng)
    roll = piano_roll(score)
    first_onset_s = STEP_0_S + float(rng.uniform(0.1, 3.0))
    goal = EchoGoal(HORIZON, delay_steps)
    steps = len(roll) + 60 + delay_steps + 20
    windows, first = played_live(
        goal, score, first_onset_s, steps, lambda step: abs(float(rng.normal(0, 0.015))) * (step > 1)
    )
    # Never before all is known, and never more than a step and the way of an event later than that.
    waited_s = STEP_0_S + first * CONTROL_TIMESTEP_S - first_onset_s - delay_steps * CONTROL_TIMESTEP_S
    assert 0 <= waited_s <= CONTROL_TIMESTEP_S + WIRE_S + 1e-6
    silence = np.zeros((first, 88), dtype=bool)
    expected = np.vstack([silence, roll.goal, np.zeros((steps + HORIZON, 88), dtype=bool)])
    loud = np.vstack([silence, roll.velocity, np.zeros((steps + HORIZON, 88), dtype=bool)])
    for step, (window, _, velocity, _) in windows.items():
        np.testing.assert_array_equal(window, expected[step : step + HORIZON])
        np.testing.assert_array_equal(velocity, loud[step : step + HORIZON])
    pedal = np.array([windows[first + row][1][0] for row in range(len(roll) - 1)])
    np.testing.assert_array_equal(pedal, roll.sustain[: len(pedal)])


@pytest.mark.parametrize("seed", range(10))
def test_on_the_beat_the_last_milliseconds_do_not_matter(seed):
    rng = np.random.default_rng(seed)
    score = beat_score(rng)
    roll = piano_roll(score)
    goal = EchoGoal(HORIZON, HORIZON)
    jitter = lambda: float(rng.uniform(0, 0.9 * JITTER_S))  # noqa: E731
    windows, first = played_live(goal, score, STEP_0_S + 0.31, len(roll) + 120, lambda step: 0.0, jitter)
    rows = np.stack([windows[first + row][0][0] for row in range(len(roll))])
    np.testing.assert_array_equal(rows, roll.goal)


@pytest.mark.parametrize("onset_s", [0.5 - 0.009, 0.5 - 0.001, 0.5, 0.5 + 0.009, 0.52])
@pytest.mark.parametrize("length_s", [0.0005, 0.005, 0.018])
def test_a_very_short_note_sounds_on_either_side_of_a_border(onset_s, length_s):
    goal = EchoGoal(4, 4)
    goal.window(1, STEP_0_S + 0.05)
    for time_s, down, pitch in ((0.0, True, 40), (onset_s, True, 60), (onset_s + length_s, False, 60)):
        goal.receive(NoteEvent(STEP_0_S + 0.06 + time_s, down, pitch))
    rows = [goal.window(step, STEP_0_S + 0.05 * step)[0][0] for step in range(14, 40)]
    assert sum(row[60 - 21] for row in rows) == 1


def test_after_a_silence_the_next_piece_has_rows_of_its_own():
    """What happened in between does not add to the delay; here the simulator paused for 3 s."""
    rng = np.random.default_rng(3)
    goal = EchoGoal(HORIZON, HORIZON)
    for away_s in (0.0, 3.0):
        score = random_score(rng)
        roll = piano_roll(score)
        onset_s = STEP_0_S + away_s * 20 + away_s + 1.013
        events = [NoteEvent(onset_s + event.time_s, event.down, event.pitch) for event in note_events(score)]
        rows, onset_step = [], None
        for step in range(1 + int(away_s * 20 * 20), int(away_s * 20 * 20) + len(roll) + 200):
            now_s = STEP_0_S + away_s + step * CONTROL_TIMESTEP_S
            while events and events[0].time_s < now_s:
                onset_step = onset_step or step
                goal.receive(events.pop(0))
            rows.append(goal.window(step, now_s)[0][0])
        heard = np.stack(rows)
        played = np.flatnonzero(heard.any(axis=1))
        first = played[0]
        np.testing.assert_array_equal(heard[first : first + len(roll)], roll.goal)
        assert first == played[0] <= onset_step - (1 + int(away_s * 400)) + HORIZON + 1
        assert goal.first_step is None


def test_a_pedal_that_is_held_through_a_silence_is_down_in_the_next_piece():
    goal = EchoGoal(2, 2)
    pedal = []
    for window, sustain, *_ in two_pieces_with_pedal(goal):
        if window[0].any():
            pedal.append(bool(sustain[0]))
    assert pedal == [True] * 4


def test_a_simulator_that_goes_back_some_steps_gets_the_same_windows():
    goal = EchoGoal(3, 3)
    windows = {}
    for step in range(1, 60):
        now_s = STEP_0_S + step * CONTROL_TIMESTEP_S
        if step % 5 == 2:
            goal.receive(NoteEvent(now_s - 0.004, True, 60 + step))
            goal.receive(NoteEvent(now_s - 0.002, False, 60 + step - 5))
        windows[step] = goal.window(step, now_s)[0]
    assert any(window.any() for window in windows.values())
    for step in (59, 58, 50, 59 - KEPT_STEPS):
        again, *_ = goal.window(step, STEP_0_S + 3.0)
        np.testing.assert_array_equal(again, windows[step])
    forgotten, *_ = goal.window(10, STEP_0_S + 3.0)
    assert not forgotten.any()


def test_before_the_first_note_the_goal_is_empty():
    goal = EchoGoal(HORIZON, HORIZON)
    for step in range(5):
        window, sustain, *_ = goal.window(step, STEP_0_S + step * CONTROL_TIMESTEP_S)
        assert window.shape == (HORIZON, 88)
        assert sustain.shape == (HORIZON,)
        assert not window.any()
        assert not sustain.any()
    goal.receive(NoteEvent(STEP_0_S + 0.2, True))  # a pedal event is not a note
    assert not goal.window(6, STEP_0_S + 0.3)[0].any()
    assert goal.first_step is None


def test_the_wait_in_state_0_is_no_delay():
    goal = EchoGoal(HORIZON, HORIZON)
    for patience in range(10):
        goal.window(0, STEP_0_S - 10.0 + patience)
    goal.window(1, STEP_0_S + 0.05)
    goal.receive(NoteEvent(STEP_0_S + 0.06, True, 60))
    goal.window(2, STEP_0_S + 0.10)
    # Heard 0.06 s after the beginning, that is in step 1; 40 steps to be known, 1 for the way and the border.
    assert goal.first_step == 1 + HORIZON + 1


def test_no_window_shows_more_rows_than_a_delay_makes_known():
    assert [visible_steps(delay) for delay in (0, 1, 20, 40, 100)] == [4, 1, 20, 40, 40]
    assert isinstance(live_goal(0), HeldGoal)
    for delay in (1, 40, 60):
        goal = live_goal(delay)
        assert isinstance(goal, EchoGoal)
        assert len(goal.window(0, 0.0)[0]) == visible_steps(delay)
    with pytest.raises(ValueError, match="39 steps is shorter than the horizon of 40"):
        EchoGoal(40, 39)


def keys_of(window: np.ndarray) -> set[int]:
    return {int(key) + 21 for key in np.flatnonzero(window)}


def test_without_delay_the_keys_held_now_are_the_goal_now():
    goal = HeldGoal(3)
    steps = [
        ([(True, 60)], {60}, {60}),
        ([], {60}, {60}),
        ([(True, 64), (False, 60)], {64}, {64}),
        ([(True, 72), (False, 72)], {64, 72}, {64}),  # struck and let go within a step: it is not lost
        ([(False, 64), (True, 64)], set(), {64}),  # struck again: up for one step
        ([], {64}, {64}),
        ([(False, 64)], set(), set()),
    ]
    for step, (events, expected, held) in enumerate(steps):
        for down, pitch in events:
            goal.receive(NoteEvent(step * 0.05, down, pitch))
        window, *_ = goal.window(step, (step + 1) * 0.05)
        assert keys_of(window[0]) == expected
        assert keys_of(window[1]) == keys_of(window[2]) == held
        again, *_ = goal.window(step, (step + 1) * 0.05)
        np.testing.assert_array_equal(again, window)


def test_without_delay_the_pedal_is_as_played():
    goal = HeldGoal(2)
    goal.receive(NoteEvent(0.0, True))
    assert goal.window(0, 0.05)[1].tolist() == [True] * 2
    goal.receive(NoteEvent(0.0, False))
    assert goal.window(1, 0.1)[1].tolist() == [False] * 2


def test_without_delay_a_key_is_as_loud_as_it_was_struck():
    goal = HeldGoal(2)
    goal.receive(NoteEvent(0.0, True, 60, 100))
    goal.receive(NoteEvent(0.01, True, 64, 20))
    assert goal.window(0, 0.05)[2][:, [39, 43]].tolist() == [[100, 20]] * 2
    goal.receive(NoteEvent(0.06, True, 60, 30))
    goal.receive(NoteEvent(0.07, False, 64))
    assert goal.window(1, 0.1)[2][:, [39, 43]].tolist() == [[0, 0], [30, 0]]
