"""From a keyboard's messages to goal windows, on a clock of our own."""

import mido
import numpy as np
import pytest
from simulated_keyboard import SimulatedPort

from pianomime_core.goal_window import GoalRows
from pianomime_midi.keyboard_events import KeyboardConfig, KeyboardEvents
from pianomime_midi.live_goal import live_goal
from pianomime_midi.live_music import LiveMusic


class Session:
    """Live music whose steps begin every 50 ms."""

    def __init__(self, delay_steps: int = 0, **config) -> None:
        self.now_s, self.step, self.port, self.warnings = 500.0, -1, SimulatedPort(), []
        keyboard = KeyboardEvents(KeyboardConfig(**config), self.warnings.append)
        self.music = LiveMusic(self.port, keyboard, live_goal(delay_steps), lambda: self.now_s)

    def play(self, kind: str, pitch: int, ago_s: float = 0.001) -> None:
        self.port.messages.append((mido.Message(kind, note=pitch, velocity=70), self.now_s - ago_s))

    def window(self, steps: int = 1) -> GoalRows:
        """The window of the last of the next steps."""
        for _ in range(steps):
            self.step += 1
            self.now_s += 0.05
            rows = self.music.window(self.step)
        return rows

    def pitches(self) -> list[set[int]]:
        """The rows of the next step's window."""
        return [set((np.flatnonzero(row) + 21).tolist()) for row in self.window().goal]


@pytest.mark.parametrize("delay_steps", [0, 10])
def test_how_loud_and_the_pedal_come_back_too(delay_steps):
    session = Session(delay_steps)
    session.window(10)
    session.play("note_on", 60)
    session.port.messages.append((mido.Message("control_change", control=64, value=100), session.now_s))
    rows = session.window(20)
    assert rows.velocity[0, 60 - 21] == 70
    assert np.array_equal(rows.velocity, 70 * rows.goal)
    assert rows.sustain[0]


def test_what_is_played_comes_back_after_the_delay():
    session = Session(10)
    session.window(10)
    session.play("note_on", 60)
    session.window(4)
    session.play("note_off", 60, ago_s=0.01)
    windows = [session.pitches() for _ in range(20)]
    played = [window[0] for window in windows]
    assert all(len(window) == 10 for window in windows)
    assert played.count({60}) == 4
    # Played at the end of step 9; 10 steps, and one for the border and the way.
    assert played.index({60}) + 14 == 9 + 10 + 1


def test_what_is_played_before_the_robot_is_ready_is_dropped():
    session = Session()
    session.play("note_on", 60)
    assert session.pitches() == [set()] * 4
    assert session.pitches()[0] == set()
    session.play("note_on", 62)
    assert session.pitches() == [{62}] * 4


def test_without_delay_the_keys_of_this_moment_are_the_goal():
    session = Session(transpose=12)
    session.window(2)
    session.play("note_on", 60)
    assert session.pitches()[0] == {72}
    session.play("note_off", 60)
    assert session.pitches()[0] == set()


def test_a_keyboard_that_is_gone_lets_go():
    session = Session()
    session.window(2)
    session.play("note_on", 60)
    assert session.pitches()[0] == {60}
    session.port.plugged = False
    assert "is gone" in session.music.poll()
    assert session.music.poll() == ""
    assert session.pitches()[0] == set()
    assert session.music.unplugged == 1
    session.port.plugged = True
    assert "is back" in session.music.poll()
    session.play("note_on", 64)
    assert session.pitches()[0] == {64}


def test_a_stuck_key_is_let_go():
    session = Session(longest_note_s=0.5)
    session.window(2)
    session.play("note_on", 60)
    assert [session.pitches()[0] for _ in range(15)] == [{60}] * 9 + [set()] * 6
    assert session.music.keyboard.stuck == 1


def test_notes_outside_the_piano_are_counted():
    session = Session(transpose=40)
    session.window(2)
    session.play("note_on", 100)
    session.window()
    assert (session.music.keyboard.received, session.music.keyboard.outside) == (0, 1)
    assert session.warnings
