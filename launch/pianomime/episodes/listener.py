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

"""Listens to a simulator: its strikes, timed to 5 ms, as music."""

from pianomime_core.key_events import HEARD_RAD, KeyEvent, KeyEventDetector, pedal_events, played_notes
from pianomime_core.notes import Score
from pianomime_core.rollout import Rollout
from pianomime_core.timing import PHYSICS_TIMESTEP_S
from pianomime_physics.simulator import SimulatorState


class Listener:
    """Hears one performance, from its first step; `observe` is for an `ObservedSimulator`."""

    def __init__(self) -> None:
        self._detector = KeyEventDetector(HEARD_RAD)
        self._events: list[KeyEvent] = []

    def observe(self, state: SimulatorState) -> None:
        """Hear a physics step."""
        self._events += self._detector.update(state.time_s, state.key_angles, state.key_velocities)

    def heard(self, rollout: Rollout) -> Score:
        """Return the strikes and the pedal of the performance that has this rollout; time 0 is the beginning of step
        0."""
        # A key may strike in the last physics step.
        end_s = rollout.duration_s + PHYSICS_TIMESTEP_S
        return played_notes(self._events, end_s, pedal=pedal_events(rollout.pedal, rollout.dt))
