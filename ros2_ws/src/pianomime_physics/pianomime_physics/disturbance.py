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

"""A robot and a piano that differ slightly from the model, unknown to the controller.

Target noise, gains and spring stiffnesses known only to a few percent, a bus that delivers commands late: deviations of
every real hand, each given by one number.
"""

import math
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, fields

import mujoco
import numpy as np
from numpy.typing import ArrayLike, NDArray

from pianomime_core.errors import UserError
from pianomime_core.keyboard import KEY_NAMES
from pianomime_core.timing import CONTROL_TIMESTEP_S, PHYSICS_STEPS_PER_CONTROL_STEP, PHYSICS_TIMESTEP_S
from pianomime_description.variant import SceneConfig
from pianomime_physics.observed_simulator import ObservedSimulator
from pianomime_physics.simulator import SimulatorState


@dataclass(frozen=True)
class Disturbance:
    """Deviations from the model; the defaults are the model itself.

    Attributes:
        target_noise_rad: Standard deviation of the Gaussian noise on each joint's target, drawn in each control step.
        target_noise_m: The same for the forearm slides, which move in metres. 0.001 m corresponds to 0.01 rad,
            by which a joint moves a fingertip 10 cm away.
        actuator_gain_scale: Factor for the stiffness (kp) of all actuators; the damping of the joints is unchanged.
        key_stiffness_scale: Factor for the stiffness of the keys' springs, including their preload. At .8 a white key
            slightly outweighs its spring and rests .05 degrees lower.
        command_delay_s: At the beginning of each step the last command is still held for this long: a multiple of the
            physics step, at most a control step. Before the first command the hands are held in place.
        seed: Seed of the noise, which restarts with each reset.

    Raises:
        UserError: A number is out of its range.
    """

    target_noise_rad: float = 0.0
    target_noise_m: float = 0.0
    actuator_gain_scale: float = 1.0
    key_stiffness_scale: float = 1.0
    command_delay_s: float = 0.0
    seed: int = 0

    def __post_init__(self) -> None:
        for field in fields(self):
            value, is_scale = getattr(self, field.name), field.name.endswith("_scale")
            if not math.isfinite(value) or value < 0 or (is_scale and value == 0):
                wanted = "a number above 0" if is_scale else "a number of at least 0"
                raise UserError(f"disturbance {field.name} is {value:g}: want {wanted}")
        whole_steps = math.isclose(self.command_delay_s, self.delay_steps * PHYSICS_TIMESTEP_S, abs_tol=1e-9)
        if not whole_steps or self.delay_steps > PHYSICS_STEPS_PER_CONTROL_STEP:
            raise UserError(
                f"disturbance command_delay_s is {self.command_delay_s:g}: want a multiple of {PHYSICS_TIMESTEP_S:g}, "
                f"at most {CONTROL_TIMESTEP_S:g}"
            )

    @property
    def delay_steps(self) -> int:
        """The delay in physics steps, 0 to 10."""
        return round(self.command_delay_s / PHYSICS_TIMESTEP_S)


class DisturbedSimulator(ObservedSimulator):
    """A simulator with disturbances; without any it equals `Simulator` to the last bit.

    Args:
        disturbance: Deviations from the model.
        config: The scene.
        observe: See `ObservedSimulator`; None for nobody.
    """

    def __init__(
        self,
        disturbance: Disturbance,
        config: SceneConfig | None = None,
        observe: Callable[[SimulatorState], None] | None = None,
    ) -> None:
        super().__init__(observe or (lambda state: None), config, lambda: observe is not None)
        self.disturbance = disturbance
        for key in KEY_NAMES:
            self.model.joint(key).stiffness *= disturbance.key_stiffness_scale
        # A position actuator pulls with kp * target - kp * position: gain and bias hold the same kp.
        self.model.actuator_gainprm[self._target_ctrl, 0] *= disturbance.actuator_gain_scale
        self.model.actuator_biasprm[self._target_ctrl, 1] *= disturbance.actuator_gain_scale
        is_slide = np.array([name in self._slides() for name in self.target_names])
        self._noise = np.where(is_slide, disturbance.target_noise_m, disturbance.target_noise_rad)
        self._random = np.random.default_rng(disturbance.seed)

    def reset(self, joint_positions: ArrayLike | None = None) -> SimulatorState:
        """See `Simulator.reset`; the noise restarts."""
        state = super().reset(joint_positions)
        self._random = np.random.default_rng(self.disturbance.seed)
        # Until a late first command arrives, each actuator holds its position.
        held = self.data.actuator_length[self._target_ctrl].copy()
        self._under_way = deque([(held, self.disturbance.delay_steps)] if self.disturbance.delay_steps else [])
        return state

    def _advance(self, targets: NDArray[np.float64], physics_steps: int) -> None:
        lowest, highest = self.target_range.T
        noisy = np.clip(targets + self._random.normal(0.0, self._noise), lowest, highest)
        self._under_way.append((noisy, physics_steps))
        while physics_steps:
            arriving, lasting = self._under_way.popleft()
            steps = min(lasting, physics_steps)
            if lasting > steps:
                self._under_way.appendleft((arriving, lasting - steps))
            self.data.ctrl[self._target_ctrl] = arriving
            self._run(steps)
            physics_steps -= steps

    def _slides(self) -> set[str]:
        # The target of a slide has the name of its joint.
        slide = mujoco.mjtJoint.mjJNT_SLIDE
        return {name for name in self.joint_names if self.model.joint(name).type[0] == slide}
