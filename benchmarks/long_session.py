"""Hours of music in simulated time: do reports get more expensive, or does memory grow, the longer it plays?

One process plays the bundled songs one after another as policy_node and sim_node do with sync, without DDS and without
waiting: windows and states go into `StepSynchroniser`, its commands into `Playback`, and the score and both nodes'
health are made into messages once per simulated second. What a rollout keeps (targets, goal and pressed keys) grows by
design and is counted separately. Requirement: a median report costs at most twice what it did after a minute, and no
other memory grows by 20 MB.
"""

import os
import sys
import time
from collections import deque
from dataclasses import dataclass
from threading import Event
from typing import Literal

import numpy as np
import tyro
from numpy.typing import ArrayLike
from rich.console import Console
from rich.table import Table

from benchmarks.soak import REQUIRED_GROWTH_MB, medley, resident_mb
from pianomime.files.songs import bundled_songs
from pianomime_core.errors import UserError
from pianomime_core.goal_window import roll_window
from pianomime_core.latency_percentiles import LatencyPercentiles, percentiles_ms
from pianomime_core.midi_score import load_midi
from pianomime_core.piano_roll import PianoRoll, piano_roll
from pianomime_core.ros_status_messages import status_message
from pianomime_core.timing import FRAMES_PER_SECOND, PHYSICS_STEPS_PER_CONTROL_STEP, PHYSICS_TIMESTEP_S
from pianomime_physics.simulator import Simulator, SimulatorState
from pianomime_policy.controllers.idle.idle import Idle
from pianomime_policy.nodes.step_synchroniser import StepSynchroniser
from pianomime_sim import ros_health
from pianomime_sim.command_buffer import CommandBuffer
from pianomime_sim.playback import Playback, PlaybackConfig
from pianomime_sim.scoreboard import Scoreboard

MARKS_MIN = (1.0, 60.0, 120.0)
REPORT_STEPS = round(FRAMES_PER_SECOND)
"""Control steps from one report to the next."""
REPORTS_PER_MARK = 60
HORIZON_STEPS = 11
REQUIRED_COST_RATIO = 2.0


@dataclass(frozen=True)
class LongSessionOptions:
    """Play for hours of simulated time.

    Attributes:
        minutes: Length of the music.
        physics: Real, about 3 ms per step; or still, which costs nothing.
    """

    minutes: float = 120.0
    physics: Literal["mujoco", "still"] = "still"


@dataclass(frozen=True)
class Mark:
    """Measurements at one moment of the music.

    Attributes:
        minutes: Minutes of music so far.
        report_ms: Percentiles of the cost of the last reports, as `percentiles_ms` names them.
        memory_mb: Resident set size of the process.
        kept_mb: The part of it that a rollout keeps.
    """

    minutes: float
    report_ms: dict[str, float]
    memory_mb: float
    kept_mb: float


class StillSimulator(Simulator):
    """Joints and keys do not move, to measure the cost of everything except physics."""

    def step(self, targets: ArrayLike, physics_steps: int = PHYSICS_STEPS_PER_CONTROL_STEP) -> SimulatorState:
        """Advance by so many physics steps."""
        self.data.time += physics_steps * PHYSICS_TIMESTEP_S
        return self._state()


class LongSession:
    """Both sides of a performance, which answer each other immediately.

    Args:
        roll: The music.
        simulator: Its physics.
        marks_min: Minutes at which to measure.

    Attributes:
        marks: The measurements so far.
        playback: The simulator's side.
        scoreboard: Its score.
    """

    def __init__(self, roll: PianoRoll, simulator: Simulator, marks_min: tuple[float, ...] = MARKS_MIN) -> None:
        self.marks: list[Mark] = []
        self._roll = roll
        self._marks_steps = {round(minutes * 60 * FRAMES_PER_SECOND): minutes for minutes in marks_min}
        self._synchroniser = StepSynchroniser(Idle())
        self._act = LatencyPercentiles()
        self._commands = CommandBuffer()
        self.scoreboard = Scoreboard(len(roll), trim=True)
        self.playback = Playback(simulator, self._commands, self.scoreboard, PlaybackConfig(), self._publish)
        self._costs_s: deque[float] = deque(maxlen=REPORTS_PER_MARK)

    def play(self) -> list[Mark]:
        """Play all of it; return the measurement at each mark."""
        window = roll_window(self._roll, 0, HORIZON_STEPS)
        start = self._synchroniser.begin(0, window)
        assert start is not None
        self.playback.run(start, len(self._roll), Event())
        return self.marks

    def _publish(self, step: int, state: SimulatorState) -> None:
        """Do what follows from the state of a step, up to the command that answers it."""
        window = roll_window(self._roll, step, HORIZON_STEPS)
        self.scoreboard.expect(step, window.goal, window.sustain)
        self._synchroniser.receive_goal(step, window)
        self._synchroniser.receive_joints(step, state.joint_positions, state.joint_velocities)
        self._synchroniser.receive_keys(step, state.key_angles)
        begin_s = time.perf_counter()
        answer = self._synchroniser.answer()
        self._act.add(time.perf_counter() - begin_s)
        if answer is not None:
            self._commands.put(answer[0], np.atleast_2d(answer[1].targets))
        if step and step % REPORT_STEPS == 0:
            self._report(step)
        if step in self._marks_steps:
            self._mark(self._marks_steps[step])

    def _report(self, step: int) -> None:
        begin_s = time.perf_counter()
        if self.scoreboard.begun:
            status_message("score", self.scoreboard.card().as_dict(), step=step)
        health = ros_health.playing(self.scoreboard, self.playback, refused=0)
        status_message("sim_node", health.values, step=health.step, text=health.text)
        status_message("policy_node", self._act.ms("policy"), step=step)
        self._costs_s.append(time.perf_counter() - begin_s)

    def _mark(self, minutes: float) -> None:
        memory_mb = resident_mb(os.getpid())
        assert memory_mb is not None
        targets, board = self.playback.targets, self.scoreboard
        kept_bytes = sys.getsizeof(targets) + sum(map(sys.getsizeof, targets))
        kept_bytes += sum(rows[: board.played].nbytes for rows in (board.goal, board.pressed, board.pedal))
        self.marks.append(Mark(minutes, percentiles_ms(tuple(self._costs_s), "report"), memory_mb, kept_bytes / 2**20))


def main(options: LongSessionOptions) -> int:
    """Print the table; return 0 if the requirements are met, else 1.

    Raises:
        UserError: Less than a minute.
    """
    if not options.minutes >= MARKS_MIN[0] or options.minutes == float("inf"):
        raise UserError(f"minutes {options.minutes}: want {MARKS_MIN[0]:.0f} or more")
    marks_min = tuple(sorted({*(each for each in MARKS_MIN if each < options.minutes), options.minutes}))
    songs = [load_midi(path) for path in bundled_songs().values()]
    roll = piano_roll(medley(songs, 60.0 * options.minutes))
    # The last note may end before the last minute does.
    steps = round(60 * options.minutes * FRAMES_PER_SECOND)
    whole = roll_window(roll, 0, steps)
    simulator = Simulator() if options.physics == "mujoco" else StillSimulator()
    begin_s = time.monotonic()
    marks = LongSession(PianoRoll(*whole), simulator, marks_min).play()
    first, last = marks[0], marks[-1]
    table = Table(title=f"{options.minutes:g} min of music, {steps} steps, in {time.monotonic() - begin_s:.0f} s")
    for column in ("after", "report p50", "p99", "max, ms", "memory, MB", "growth", "of it kept for the rollout"):
        table.add_column(column, justify="right")
    for mark in marks:
        costs = (f"{ms:.2f}" for ms in mark.report_ms.values())
        sizes = (mark.memory_mb, mark.memory_mb - first.memory_mb, mark.kept_mb - first.kept_mb)
        table.add_row(f"{mark.minutes:g} min", *costs, *(f"{size:.1f}" for size in sizes))
    console = Console()
    console.print(table)
    ratio = last.report_ms["report_p50_ms"] / first.report_ms["report_p50_ms"]
    growth_mb = last.memory_mb - first.memory_mb - (last.kept_mb - first.kept_mb)
    good = ratio <= REQUIRED_COST_RATIO and growth_mb < REQUIRED_GROWTH_MB
    console.print(
        f"a report at the end costs {ratio:.2f} times one of the first minute, at most {REQUIRED_COST_RATIO:g} allowed;"
        f" other memory grew by {growth_mb:.1f} MB, at most {REQUIRED_GROWTH_MB:.0f} allowed: {'yes' if good else 'no'}"
    )
    return 0 if good else 1


if __name__ == "__main__":
    try:
        sys.exit(main(tyro.cli(LongSessionOptions)))
    except UserError as error:
        print(error, file=sys.stderr)
        sys.exit(2)
