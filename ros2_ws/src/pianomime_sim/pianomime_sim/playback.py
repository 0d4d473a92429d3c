# Copyright 2026 PianoMime contributors
#
# Licensed under the Apache License, Version 2.0 (the "License");
# you may not use this file except in compliance with the License.
# You may obtain a copy of the License at
#
#     http://www.apache.org/licenses/LICENSE-2.0
#
# Unless required by applicable law or agreed to in writing, software
# distributed under the License is distributed on an "AS IS" BASIS,
# WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
# See the License for the specific language governing permissions and
# limitations under the License.

"""The simulator's loop: publish a state, get its command, step; waits for commands, or for the wall clock."""

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from pianomime_core.errors import UnsafeError
from pianomime_core.latency_percentiles import LatencyPercentiles
from pianomime_core.timing import CONTROL_TIMESTEP_S
from pianomime_physics.simulator import Simulator, SimulatorState
from pianomime_sim.command_buffer import CommandBuffer, Setpoint
from pianomime_sim.playback_control import PlaybackControl
from pianomime_sim.rate import Rate
from pianomime_sim.scoreboard import Scoreboard
from pianomime_sim.speed_limit import SpeedConfig, SpeedLimit
from pianomime_sim.state_check import check_state

Floats = NDArray[np.float64]

LIFT_S = 0.5
"""Time to lift the hands off the keys at the end; the slowest joint needs half of it."""


@dataclass(frozen=True)
class PlaybackConfig:
    """How a song is played.

    Attributes:
        sync: Wait for the command of every step; otherwise keep real time and never wait.
        stale_hold_s: The hands lift after this time without a new command (real time only).
        republish_period_s: An unanswered state is published again after this time.
        give_up_s: If a state is not answered for this long, the song is aborted.
        speed: How fast targets may move.
    """

    sync: bool = True
    stale_hold_s: float = 0.5
    republish_period_s: float = 0.25
    give_up_s: float = 60.0
    speed: SpeedConfig = field(default_factory=SpeedConfig)


class Playback:
    """Plays one song in its own thread; see docs/architecture.md, "ROS graph".

    Real time begins when the first command is there. From then on the physics of step t runs at the absolute
    deadline at the end of that step, with what has arrived by then. While playback is paused the state is
    republished; afterwards the step gets its full duration, so that a pause is never a missed deadline.
    Readers in other threads see complete snapshots only: `now` is replaced, never changed.

    Attributes:
        now: The newest step and its state; None before the song begins.
        targets: Targets (R, m) [rad, m] of each step played, for R equal parts of it.
        pedals: The sustain pedal (R,) in each part.
        pressed: Keys (R, 88) down at the end of each part.
        pedal: True while the sustain pedal is down: as commanded, and held and lifted with the hands.
        missed_steps: Steps for which no command arrived in time.
        lifted_steps: Steps in which the hands were lifted because commands had stopped.
        speed_limit: Limits the speed of the targets.
        stale_s: Age of the command of the last step played; 0 if it arrived in time.
        lifting: Whether the hands were lifted in that step.
    """

    def __init__(
        self,
        simulator: Simulator,
        commands: CommandBuffer,
        scoreboard: Scoreboard,
        config: PlaybackConfig,
        publish: Callable[[int, SimulatorState], None],
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
        on_pedal: Callable[[float, bool], None] = lambda step, down: None,
        control: PlaybackControl | None = None,
    ) -> None:
        """`on_pedal`: Called when the pedal goes down or comes up, before the physics of that step or, as a fraction,
        part of it. `control`: Pauses playback and, in real time, slows it down."""
        self._simulator = simulator
        self._commands = commands
        self._scoreboard = scoreboard
        self._config = config
        self._publish = publish
        self._on_pedal = on_pedal
        self._control = control or PlaybackControl()
        self._clock = clock
        self.speed_limit = SpeedLimit(simulator.target_names, simulator.target_range, config.speed)
        self._rate = Rate(CONTROL_TIMESTEP_S, clock, sleep)
        self._latency, self._period, self._physics, self._jitter = (
            LatencyPercentiles(),
            LatencyPercentiles(),
            LatencyPercentiles(),
            LatencyPercentiles(),
        )
        self.now: tuple[int, SimulatorState] | None = None
        self.targets: list[NDArray[np.float32]] = []
        self.pedals: list[NDArray[np.bool_]] = []
        self.pressed: list[NDArray[np.bool_]] = []
        self.pedal = False
        self.missed_steps: list[int] = []
        self.lifted_steps = 0
        self.stale_s = 0.0
        self.lifting = False

    def run(self, joint_positions: Floats, steps: int, stop: threading.Event, first: int = 0) -> None:
        """Play a song of `steps` control steps, from step `first` and joint positions (n,) [rad, m] on, or until `stop`
        is set.

        Raises:
            UnsafeError: The simulation has become unstable, or a state that must be answered is not.
        """
        state = self._simulator.reset(joint_positions)
        self.speed_limit.begin(self._simulator.joint_names, joint_positions)
        begin_s = 0.0
        for step in range(first, steps):
            published_s = self._publish_state(step, state)
            held = self._wait_while_paused(step, state, stop)
            if (step == first or self._config.sync) and not self._await_command(step, state, stop):
                return
            if not self._config.sync:
                self._rate.set_period(CONTROL_TIMESTEP_S / self._control.speed)
                if step == first or held:
                    self._rate.start()
                self._jitter.add(self._rate.wait())
            if stop.is_set():
                return
            # The first command also includes discovery of the nodes.
            if step > first and (arrival_s := self._commands.arrival_s(step)) is not None:
                self._latency.add(arrival_s - published_s)
            # Rounded to the precision of rollout files, so that a replay uses exactly the same numbers.
            setpoint = self._setpoint(step)
            targets = self.speed_limit.limit(setpoint.targets).astype(np.float32)
            begin_s, last_s = self._clock(), begin_s
            if step > first and not held:
                self._period.add(begin_s - last_s)
            states = []
            playing = self._simulator.play(targets)
            for part, down in enumerate(setpoint.pedal):
                self._move_pedal(step + part / len(targets), bool(down))
                states.append(next(playing))
            state = states[-1]
            self._physics.add(self._clock() - begin_s)
            check_state(self._simulator, state, step)
            self.targets.append(targets)
            self.pedals.append(setpoint.pedal)
            self.pressed.append(np.array([part.key_pressed for part in states]))
            self._scoreboard.record(step, state.key_pressed, self.pedal)
        self._publish_state(steps, state)

    def lift(self) -> None:
        """Lift the hands and the pedal after the song; this is published, but neither scored nor recorded.

        Raises:
            UnsafeError: The simulation has become unstable.
        """
        if self.now is None or not self.targets:
            return
        step, _ = self.now
        self._move_pedal(step, False)
        targets = lifted(self._simulator.target_names, self.targets[-1][-1].astype(np.float64))
        for k in range(step, step + round(LIFT_S / CONTROL_TIMESTEP_S)):
            state = self._simulator.step(self.speed_limit.limit(targets).astype(np.float32))
            check_state(self._simulator, state, k)
            if not self._config.sync:
                self._rate.wait()
            self._publish_state(k + 1, state)

    def times_ms(self) -> dict[str, float]:
        """Return state-to-command latency, loop period, physics time and (real time) lateness: p50, p99 and max in
        ms."""
        return {
            **self._latency.ms("latency"),
            **self._period.ms("period"),
            **self._physics.ms("physics"),
            **self._jitter.ms("jitter"),
        }

    def _await_command(self, step: int, state: SimulatorState, stop: threading.Event) -> bool:
        """Wait for the command of a step; return False if `stop` was set before it arrived."""
        config, asked = self._config, 1
        while not self._commands.wait(step, config.republish_period_s):
            if stop.is_set():
                return False
            if asked * config.republish_period_s >= config.give_up_s:
                raise UnsafeError(
                    f"the state of step {step} was not answered by a command within {config.give_up_s:g} s"
                )
            self._publish_state(step, state)
            asked += not self._control.paused
        return True

    def _wait_while_paused(self, step: int, state: SimulatorState, stop: threading.Event) -> bool:
        """Wait while paused and `stop` is not set; return True if there was a pause."""
        held = False
        while not stop.is_set() and not self._control.wait(self._config.republish_period_s if held else 0.0):
            if held:
                self._publish_state(step, state)
            held = True
        return held

    def _publish_state(self, step: int, state: SimulatorState) -> float:
        self.now = (step, state)
        published_s = self._clock()
        self._publish(step, state)
        return published_s

    def _move_pedal(self, step: float, down: bool) -> None:
        if down != self.pedal:
            self.pedal = down
            self._on_pedal(step, down)

    def _setpoint(self, step: int) -> Setpoint:
        setpoint = self._commands.setpoint_for(step)
        if setpoint is not None:
            self.stale_s, self.lifting = 0.0, False
            return setpoint
        self.missed_steps.append(step)
        answered, held = self._commands.newest()
        self.stale_s = (step - answered) * CONTROL_TIMESTEP_S
        self.lifting = self.stale_s > self._config.stale_hold_s
        if not self.lifting:
            return held
        self.lifted_steps += 1
        return Setpoint(lifted(self._simulator.target_names, held.targets), np.zeros_like(held.pedal))


def lifted(target_names: tuple[str, ...], targets: Floats) -> Floats:
    """Return targets (..., m) that lift the hands off the keys in place: slides along and across the keyboard stay,
    everything else goes to zero, which is a straight hand and, if the forearm can be raised, its highest position."""
    stays = np.array([name.endswith(("forearm_tx", "forearm_ty")) for name in target_names])
    return np.where(stays, targets, 0.0)
