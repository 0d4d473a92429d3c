"""A simulator that is observed within its control steps, every 5 ms: when a key strikes, and how fast it then is."""

from collections.abc import Callable

import mujoco
import numpy as np
from numpy.typing import NDArray

from pianomime_core.timing import PHYSICS_STEPS_PER_CONTROL_STEP
from pianomime_description.variant import SceneConfig
from pianomime_physics.simulator import Simulator, SimulatorState


class ObservedSimulator(Simulator):
    """The same as `Simulator` to the last bit; `observe` is called with the state after each physics step."""

    def __init__(self, observe: Callable[[SimulatorState], None], config: SceneConfig | None = None) -> None:
        super().__init__(config)
        self._observe = observe

    def _advance(self, targets: NDArray[np.float64]) -> None:
        self.data.ctrl[self._target_ctrl] = targets
        for _ in range(PHYSICS_STEPS_PER_CONTROL_STEP):
            mujoco.mj_step(self.model, self.data)
            self._observe(self._state())
