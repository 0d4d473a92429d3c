"""A playback on a clock that moves only in sleeps, and targets to play."""

import threading

import numpy as np

from pianomime_sim.command_buffer import CommandBuffer
from pianomime_sim.playback import Playback, PlaybackConfig
from pianomime_sim.scoreboard import Scoreboard

STEPS = 20
PARTS = 5


class Stage:
    """A playback on a clock that moves only in sleeps; `answer(step)` is the policy: targets, or None for silence."""

    def __init__(self, simulator, answer, *, first=0, sync=False, stale_hold_s=0.2, rows_per_step=1, **config) -> None:
        self.now = 0.0
        self.shown = []
        self.pedal = lambda step: False
        self.pedal_moved = []
        self.begins = {}
        self.answer, self.rows_per_step = answer, rows_per_step
        self.commands = CommandBuffer(clock=lambda: self.now)
        self.board = Scoreboard(STEPS, first=first)
        self.playback = Playback(
            simulator,
            self.commands,
            self.board,
            PlaybackConfig(sync=sync, stale_hold_s=stale_hold_s, republish_period_s=0.001, **config),
            self.publish,
            clock=lambda: self.now,
            sleep=self.sleep,
            on_pedal=lambda step, down: self.pedal_moved.append((step, down)),
        )
        self.start = np.zeros(len(simulator.joint_names))

    def publish(self, step, state) -> None:
        self.shown.append(step)
        self.begins.setdefault(step, self.now)
        targets = self.answer(step)
        if targets is not None:
            rows = np.atleast_2d(targets)
            self.commands.put(step, rows, np.broadcast_to(self.pedal(step), len(rows)), self.rows_per_step)

    def sleep(self, seconds) -> None:
        self.now += seconds

    def play(self):
        self.playback.run(self.start, STEPS, threading.Event())
        return self.playback


def wave(simulator):
    """Targets of each step: every target moves through its range."""
    lowest, highest = simulator.target_range.T
    return [lowest + (highest - lowest) * (0.5 + 0.4 * np.sin(0.3 * step)) for step in range(STEPS + 1)]


def fine_wave(simulator):
    """Targets (5, m) of each step, 10 ms apart."""
    lowest, highest = simulator.target_range.T
    at = 0.5 + 0.4 * np.sin(0.3 * np.arange((STEPS + 1) * PARTS) / PARTS)
    return list((lowest + (highest - lowest) * at[:, None]).reshape(STEPS + 1, PARTS, -1))
