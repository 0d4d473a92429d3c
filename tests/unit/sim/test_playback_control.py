"""Pause and speed: a playback on a fake clock."""

import threading

import numpy as np
import pytest

from pianomime_sim.command_buffer import CommandBuffer
from pianomime_sim.playback import Playback, PlaybackConfig
from pianomime_sim.playback_control import PlaybackControl
from pianomime_sim.scoreboard import Scoreboard

STEPS = 12


class Tape(PlaybackControl):
    """Where a pause lasts `pause_s` of the stage's clock: three looks at it."""

    def __init__(self, stage) -> None:
        super().__init__()
        self.stage = stage
        self.looks = 0

    def wait(self, timeout_s: float) -> bool:
        if self.paused:
            self.looks += 1
            self.stage.now += timeout_s
            if self.looks == 4:
                self.pause(False)
        return super().wait(0.0)


class Stage:
    """Answers each state at once with the step as target; `events[step]` happens when its state is shown."""

    def __init__(self, simulator, events, *, sync=False) -> None:
        self.now = 0.0
        self.events = events
        self.shown = []
        self.commands = CommandBuffer(clock=lambda: self.now)
        self.board = Scoreboard(STEPS)
        self.tape = Tape(self)
        self.names = simulator.target_names
        self.playback = Playback(
            simulator,
            self.commands,
            self.board,
            PlaybackConfig(sync=sync, stale_hold_s=0.1, republish_period_s=0.25),
            self.publish,
            clock=lambda: self.now,
            sleep=self.sleep,
            control=self.tape,
        )
        self.playback.run(np.zeros(len(simulator.joint_names)), STEPS, threading.Event())

    def publish(self, step, state) -> None:
        self.shown.append((step, round(self.now, 6)))
        if event := self.events.pop(step, None):
            event(self.tape)
        self.commands.put(step, np.full((1, len(self.names)), 0.001 * step))

    def sleep(self, seconds) -> None:
        self.now += seconds


@pytest.mark.parametrize("sync", [False, True])
def test_a_pause_costs_no_deadline_and_changes_nothing_of_the_playing(simulator, sync):
    straight = Stage(simulator, {}, sync=sync)
    paused = Stage(simulator, {5: lambda tape: tape.pause(True)}, sync=sync)
    assert np.array_equal(np.stack(paused.playback.targets), np.stack(straight.playback.targets))
    assert np.array_equal(paused.board.pressed, straight.board.pressed)
    assert paused.playback.missed_steps == []
    assert paused.playback.lifted_steps == 0


def test_the_state_is_shown_again_meanwhile_and_its_step_has_its_whole_time_anew(simulator):
    stage = Stage(simulator, {5: lambda tape: tape.pause(True)})
    at = [time_s for step, time_s in stage.shown if step == 5]
    assert at == pytest.approx([0.25, 0.5, 0.75])
    # The pause ended at the look after that.
    assert dict(stage.shown)[6] == pytest.approx(1.0 + 0.05)
    assert stage.playback.times_ms()["jitter_max_ms"] == pytest.approx(0.0, abs=1e-6)
    assert stage.playback.times_ms()["period_max_ms"] == pytest.approx(50.0)


def test_half_the_speed_is_twice_the_time_from_the_next_step_on(simulator):
    events = {4: lambda tape: tape.set_speed(0.5), 8: lambda tape: tape.set_speed(1.0)}
    stage = Stage(simulator, events)
    begins = dict(stage.shown)
    assert begins[4] == pytest.approx(0.2)
    assert begins[8] == pytest.approx(0.2 + 4 * 0.1)
    assert begins[STEPS] == pytest.approx(0.2 + 4 * 0.1 + 4 * 0.05)
    assert stage.playback.missed_steps == []


@pytest.mark.parametrize("speed", [0.2, 1.01, float("nan")])
def test_speeds_have_a_range(speed):
    with pytest.raises(ValueError, match=r"0\.25 to 1"):
        PlaybackControl().set_speed(speed)
