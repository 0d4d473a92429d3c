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

"""Records the contacts of the hands in each step of a performance."""

import numpy as np
from numpy.typing import NDArray

from pianomime_core.timing import PHYSICS_STEPS_PER_CONTROL_STEP, PHYSICS_TIMESTEP_S
from pianomime_physics.hand_contacts import HandPair
from pianomime_physics.observed_simulator import ObservedSimulator
from pianomime_physics.simulator import SimulatorState


class ContactRecord:
    """The forces of one performance in a simulator, from its first step."""

    def __init__(self, simulator: ObservedSimulator) -> None:
        """Begin to observe."""
        self._simulator = simulator
        self._forces: dict[HandPair, list[tuple[int, float]]] = {}
        simulator.observers.append(self._observe)

    def _observe(self, state: SimulatorState) -> None:
        step = round(state.time_s / PHYSICS_TIMESTEP_S) - 1
        for pair, force_n in self._simulator.hand_contacts_n().items():
            self._forces.setdefault(pair, []).append((step, force_n))

    def forces_n(self, steps: int) -> dict[HandPair, NDArray[np.float64]]:
        """Return the force of each pair that has touched in each physics step, (steps, 10) for that many control steps;
        0 where they do not touch."""
        forces = {}
        for pair, events in self._forces.items():
            force = np.zeros(steps * PHYSICS_STEPS_PER_CONTROL_STEP)
            step, value = map(np.array, zip(*events, strict=True))
            force[step] = value
            forces[pair] = force.reshape(steps, PHYSICS_STEPS_PER_CONTROL_STEP)
        return forces
