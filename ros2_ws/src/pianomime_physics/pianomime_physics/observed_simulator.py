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

"""A simulator observed within its control steps, every 5 ms: when a key strikes and how fast it moves then."""

from collections.abc import Callable

import mujoco

from pianomime_description.variant import SceneConfig
from pianomime_physics.simulator import Simulator, SimulatorState


class ObservedSimulator(Simulator):
    """Equal to `Simulator` to the last bit; `observe` is called with the state after each physics step.

    Attributes:
        observers: All that are called, in this order; `observe` is the first.

    Observation costs a fifth of the physics: `is_observed` is called before each control step, and a step that is not
    observed costs nothing extra.
    """

    def __init__(
        self,
        observe: Callable[[SimulatorState], None],
        config: SceneConfig | None = None,
        is_observed: Callable[[], bool] = lambda: True,
    ) -> None:
        super().__init__(config)
        self.observers = [observe]
        self._is_observed = is_observed

    def _run(self, physics_steps: int) -> None:
        if not self._is_observed():
            super()._run(physics_steps)
            return
        for _ in range(physics_steps):
            mujoco.mj_step(self.model, self.data)
            state = self._state()
            for observe in self.observers:
                observe(state)
