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

"""Replays a rollout on a robot that differs from the model: recorded targets plus feedback on the deviation.

In open loop, a disturbed hand stays where it was pushed. Here the rollout is first played in the controller's own
simulator, which gives the reference position of every joint at every step; then each target is corrected by how far its
joints have deviated from the reference. Without deviation the targets are the recorded ones to the last bit.

Pressing a finger (not the thumb) deeper if its key is less far down than in the rollout was also tried; on two clips
the change was smaller than noise, so it is left out.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.linalg import solve_discrete_are

from pianomime_core.errors import UserError
from pianomime_core.hands import SIDES, forearm_dofs, joint_names, name_order, target_joints, target_names
from pianomime_core.rollout import Rollout
from pianomime_description.hand_spec import build_hand
from pianomime_description.variant import SceneConfig
from pianomime_physics.disturbance import Disturbance, DisturbedSimulator
from pianomime_policy.controllers.controller import Action, Observation
from pianomime_policy.hand_control.hand_kinematics import hand_chain
from pianomime_policy.hand_control.tracking import HandModel, TrackingConfig, error_weights, hand_model

# A robot further from its model than this could not play at all.
_WEAKEST, _STRONGEST = 0.5, 2.0


@dataclass(frozen=True)
class FeedbackConfig:
    """Attributes:
    effort: Weight of (target - recorded target)^2 against (position - recorded position)^2; the higher, the gentler.
    delays_s: Possible delays of the commands; the first must be 0.
    delay_memory: Weight of a step in the choice among them, relative to the step after it.
    gain_doubt: Evidence needed before actuators are believed to be weak or strong: rad^2 of pull.
    largest_surprise: A deviation from the prediction larger than this [rad or m of target] means a collision and says
        nothing about the actuators.
    """

    effort: float = 0.05
    delays_s: tuple[float, ...] = (0.0, 0.005, 0.01)
    delay_memory: float = 0.98
    gain_doubt: float = 0.1
    largest_surprise: float = 0.2


class FeedbackReplay:
    """A controller that plays one rollout, whatever the goal; past its end it holds the last targets.

    Steady linear-quadratic state feedback: target = recorded target + K (reference - measured positions and
    velocities), with K from the hand model that the planner tracks with. Two things are estimated during play, for the
    whole robot at once:

    * how late commands arrive. Late commands give the same performance, only later; trying to catch up would change it.
      So the reference is the rollout as a robot with that delay plays it.
    * how strong the actuators are, by least squares on the error of the one-step prediction. The targets are moved
      further away in proportion.

    Attributes:
        delay: The estimated delay, an index into `FeedbackConfig.delays_s`.
    """

    def __init__(self, rollout: Rollout, scene: SceneConfig, config: FeedbackConfig | None = None) -> None:
        """Simulate the rollout with each delay, otherwise undisturbed.

        Args:
            rollout: The rollout; its names may be in any order.
            scene: The robot it was recorded on.
            config: Feedback gains, and the possible faults of the robot.

        Raises:
            UserError: The rollout is of other hands than the scene's, or a delay is not valid for `Disturbance`.
        """
        if rollout.rows_per_step != 1:
            raise UserError(
                f"rollout has rows of {rollout.dt:g} s: replay with feedback plays one target a control step"
            )
        self.horizon_steps: int | None = 1
        self._config = config or FeedbackConfig()
        forearm = forearm_dofs(scene.variant)
        self.joint_names, self.target_names = joint_names(forearm), target_names(forearm)
        parts = "rollout and scene"
        self._targets = rollout.targets[:, name_order(self.target_names, rollout.target_names, "target", parts)]
        joints = name_order(self.joint_names, rollout.joint_names, "joint", parts)
        self._pedal = rollout.pedal
        self._begin = rollout.initial_joint_positions[joints]
        # (delays, T + 1, 2, J): positions and velocities.
        self._reference = np.array([self._played(scene, delay_s) for delay_s in self._config.delays_s])
        self._sum = np.array(
            [[joint in target_joints(target) for joint in self.joint_names] for target in self.target_names],
            dtype=np.float64,
        )
        self._model = self._hands(scene.variant)
        self._gains = steady_gains(self._model, self._config.effort)
        # Targets (m,) that explain a prediction error (m,) at the end of their step.
        self._explain = np.linalg.inv(self._model.B[: len(self.target_names)])
        self.delay, self._step = 0, -1
        self._reset()

    def start(self, goal: NDArray[np.bool_], sustain: NDArray[np.bool_]) -> NDArray[np.float64]:
        """See `Controller.start`; the goal is ignored, and estimates about the robot are reset."""
        self._reset()
        return self._begin.copy()

    def act(self, observation: Observation) -> Action:
        """See `Controller.act`; the goal is ignored."""
        step = observation.step
        pedal = bool(self._pedal[min(step, len(self._pedal) - 1)])
        if step >= len(self._targets):
            return Action(self._targets[-1].astype(np.float64), pedal)
        measured = np.stack([observation.joint_positions, observation.joint_velocities])
        # (delays, 2 m) positions, then velocities; exactly 0 without deviation.
        strayed = ((self._reference[:, step] - measured) @ self._sum.T).reshape(len(self._reference), -1)
        if step == self._step + 1:
            self._learn(strayed)
        now = strayed[self.delay]
        pose = self._sum @ self._reference[self.delay, step : step + 2, 0].mean(axis=0)
        recorded = self._targets[step]
        correction = self._gains @ now + (1.0 / self.strength - 1.0) * (recorded - pose)
        targets = recorded + correction
        # Expected deviation at the end of this step if all actuators have their nominal strength.
        self._expected = self._model.A @ now - self._model.B @ correction
        self._pull, self._step = targets - pose, step
        return Action(np.asarray(targets), pedal)

    @property
    def strength(self) -> float:
        """Estimated stiffness of the actuators relative to the model, learned like `delay`."""
        strength = 1.0 + self._evidence / (self._config.gain_doubt + self._pulled)
        return min(max(strength, _WEAKEST), _STRONGEST)

    def _reset(self) -> None:
        self._step = -1
        self.delay = 0
        self._misfit = np.zeros(len(self._config.delays_s))
        self._evidence = self._pulled = 0.0
        m = len(self.target_names)
        self._expected, self._pull = np.zeros(2 * m), np.zeros(m)

    def _learn(self, strayed: NDArray[np.float64]) -> None:
        m = len(self.target_names)
        surprise = self._explain @ (self._expected - strayed[self.delay])[:m]
        plausible = np.abs(surprise) < self._config.largest_surprise
        self._evidence += float(surprise[plausible] @ self._pull[plausible])
        self._pulled += float(self._pull[plausible] @ self._pull[plausible])
        self._misfit = self._config.delay_memory * self._misfit + np.square(strayed[:, :m]).sum(axis=1)
        self.delay = int(np.argmin(self._misfit))

    def _played(self, scene: SceneConfig, delay_s: float) -> NDArray[np.float64]:
        """(T + 1, 2, J) joint positions and velocities before each step and after the last."""
        simulator = DisturbedSimulator(Disturbance(command_delay_s=delay_s), scene)
        states = [simulator.reset(self._begin), *(simulator.step(row) for row in self._targets)]
        return np.array([(state.joint_positions, state.joint_velocities) for state in states])

    def _hands(self, variant: str) -> HandModel:
        """Both hands in the order of `target_names`, around the mean pose of the rollout."""
        m = len(self.target_names)
        both = HandModel(np.zeros((2 * m, 2 * m)), np.zeros((2 * m, m)), np.zeros(m), np.zeros(m, bool))
        pose = self._sum @ self._reference[0, :, 0].mean(axis=0)
        for side in SIDES:
            hand = build_hand(side, variant).compile()
            order = np.array([self.target_names.index(hand.actuator(a).name) for a in range(hand.nu)])
            one = hand_model(hand, hand_chain(hand, side).coupling, pose[order])
            state = np.concatenate([order, m + order])
            both.A[np.ix_(state, state)], both.B[np.ix_(state, order)] = one.A, one.B
            both.gain[order], both.is_slide[order] = one.gain, one.is_slide
        return both


def steady_gains(model: HandModel, effort: float) -> NDArray[np.float64]:
    """K (m, 2 m) of u = -K x that minimises sum_t position_t^2 + effort u_t^2 over an infinite horizon, with slides and
    angles weighted as in the planner."""
    weights = error_weights(model, TrackingConfig().lever_m)
    cost = np.diag(np.concatenate([weights, np.zeros_like(weights)]))
    A, B = model.A, model.B
    value = solve_discrete_are(A, B, cost, effort * np.diag(weights))
    return np.asarray(np.linalg.solve(effort * np.diag(weights) + B.T @ value @ B, B.T @ value @ A))
