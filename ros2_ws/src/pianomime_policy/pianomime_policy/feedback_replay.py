"""Plays a rollout again on a robot that is not quite as modelled: recorded targets, and feedback on what differs.

Played open loop, a trembling hand stays where it was pushed to. Here the rollout is first played in an undisturbed
simulator of its own, which tells where every joint was at every step; then each target is corrected by how far its
joints have strayed from there. Where nothing has, the targets are the recorded ones to the last bit.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pianomime_core.errors import UserError
from pianomime_core.hands import SIDES, target_joints
from pianomime_core.rollout import Rollout
from pianomime_description.hand_spec import build_hand
from pianomime_description.variant import SceneConfig
from pianomime_physics.simulator import Simulator
from pianomime_policy.controller import Observation
from pianomime_policy.planner.hand_kinematics import hand_chain
from pianomime_policy.planner.tracking import ActuatorModel, actuator_model

# Steps until the Riccati recursion of the slowest joint, a forearm slide, stands still.
_RICCATI_STEPS = 200


@dataclass(frozen=True)
class FeedbackConfig:
    """Attributes:
    effort: Weight of (target - recorded target)^2 against (position - recorded position)^2; the higher, the gentler.
    """

    effort: float = 0.2


class FeedbackReplay:
    """A controller that plays one rollout, whatever music is asked for; past its end it holds the last targets.

    Steady linear-quadratic state feedback, each actuator by itself: target = recorded target + K (recorded - measured
    position and velocity), K from the same actuator model that the planner tracks with.
    """

    def __init__(self, rollout: Rollout, scene: SceneConfig, config: FeedbackConfig | None = None) -> None:
        """Play the rollout once, undisturbed.

        Args:
            rollout: Names may come in any order.
            scene: The robot it was recorded on.
            config: How eagerly it is followed.

        Raises:
            UserError: The rollout is one of other hands than the scene's.
        """
        simulator = Simulator(scene)
        self.horizon_steps: int | None = 1
        self.joint_names, self.target_names = simulator.joint_names, simulator.target_names
        self._targets = rollout.targets[:, _order("target", self.target_names, rollout.target_names)]
        self._begin = rollout.initial_joint_positions[_order("joint", self.joint_names, rollout.joint_names)]
        states = [simulator.reset(self._begin)]
        states += [simulator.step(row) for row in self._targets[:-1]]
        self._positions = np.array([state.joint_positions for state in states])
        self._velocities = np.array([state.joint_velocities for state in states])
        self._sum = np.array(
            [[joint in target_joints(target) for joint in self.joint_names] for target in self.target_names],
            dtype=np.float64,
        )
        effort = (config or FeedbackConfig()).effort
        self._gain = self._gains(scene.variant, effort)

    def start(self, goal: NDArray[np.bool_], sustain: NDArray[np.bool_]) -> NDArray[np.float64]:
        """See `Controller.start`; the goal is ignored."""
        return self._begin.copy()

    def act(self, observation: Observation) -> NDArray[np.float64]:
        """See `Controller.act`; the goal is ignored."""
        step = observation.step
        if step >= len(self._targets):
            return self._targets[-1].astype(np.float64)
        strayed = self._sum @ (self._positions[step] - observation.joint_positions)
        faster = self._sum @ (self._velocities[step] - observation.joint_velocities)
        return np.asarray(self._targets[step] + self._gain[:, 0] * strayed + self._gain[:, 1] * faster)

    def _gains(self, variant: str, effort: float) -> NDArray[np.float64]:
        """(m, 2) in the order of `target_names`, of actuators around the mean pose of the rollout."""
        gains = np.zeros((len(self.target_names), 2))
        pose = self._sum @ self._positions.mean(axis=0)
        for side in SIDES:
            hand = build_hand(side, variant).compile()
            order = [self.target_names.index(hand.actuator(a).name) for a in range(hand.nu)]
            gains[order] = steady_gains(actuator_model(hand, hand_chain(hand, side).coupling, pose[order]), effort)
        return gains


def steady_gains(model: ActuatorModel, effort: float) -> NDArray[np.float64]:
    """K (n, 2) of u = -K x that minimises sum_t position_t^2 + effort u_t^2 of each actuator for all time."""
    A, B = model.A, model.B[:, :, None]
    wanted = np.diag([1.0, 0.0])
    value = np.broadcast_to(wanted, A.shape)
    for _ in range(_RICCATI_STEPS):
        gains = B.mT @ value @ A / (effort + B.mT @ value @ B)
        value = wanted + A.mT @ value @ (A - B @ gains)
    return np.asarray(gains[:, 0])


def _order(what: str, wanted: tuple[str, ...], given: tuple[str, ...]) -> list[int]:
    # A rollout's names are those of one variant (checked by Rollout), perhaps not of this scene's.
    if set(wanted) != set(given):
        unmatched = ", ".join(sorted(set(wanted) ^ set(given)))
        raise UserError(f"rollout and scene are of different hands: {what} names without partner: {unmatched}")
    return [given.index(name) for name in wanted]
