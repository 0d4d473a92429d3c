"""One hand of the planner: fingertip targets -> joint references -> actuator targets."""

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray
from pianomime_description.hand_spec import build_hand

from pianomime_policy.planner.fingering import finger_offsets_m
from pianomime_policy.planner.fingertip_targets import FingertipConfig, PressTable
from pianomime_policy.planner.hand_kinematics import fingertip_points, hand_chain
from pianomime_policy.planner.inverse_kinematics import InverseKinematicsConfig, solve_posture
from pianomime_policy.planner.tracking import TrackingConfig, actuator_model, track


@dataclass(frozen=True)
class PostureConfig:
    """Rest posture of a hand by target name without side [rad, m], and how stiffly each coordinate keeps it.

    `stiffness` is the weight of the squared deviation against a fingertip error of 1 m with weight 1; names not listed have
    `default_stiffness`. `nearness` is the same for deviations from the row before.
    """

    rest: dict[str, float] = field(
        default_factory=lambda: {
            "WRJ1": 0.15, "FFJ3": 0.5, "MFJ3": 0.5, "RFJ3": 0.5, "LFJ3": 0.5, "FFJ0": 0.7, "MFJ0": 0.7, "RFJ0": 0.7,
            "LFJ0": 0.5, "THJ4": 0.5, "THJ5": 0.25, "THJ2": 0.45, "THJ1": 0.2, "forearm_tz": -0.015, "forearm_ty": 0.01,
        }
    )  # fmt: skip
    stiffness: dict[str, float] = field(
        default_factory=lambda: {
            "forearm_tx": 0.3, "forearm_ty": 0.04, "forearm_tz": 0.04, "WRJ1": 4e-4, "WRJ2": 4e-4, "THJ3": 6e-7,
        }
    )  # fmt: skip
    default_stiffness: float = 2e-6
    nearness: float = 2e-6


@dataclass(frozen=True)
class FeedbackConfig:
    """Attributes:
    position_gain, velocity_gain: Share of the measured deviation from the predicted state that tracking believes.
    """

    position_gain: float = 1.0
    velocity_gain: float = 1.0


class HandPlanner:
    """Turns fingertip targets of one hand into actuator targets.

    Attributes:
        target_names: (n,) in model order.
        rest: (n,) rest posture with the centre of the hand at y = 0.
    """

    def __init__(
        self,
        side: str,
        variant: str,
        press: PressTable,
        fingertips: FingertipConfig,
        posture: PostureConfig,
        kinematics: InverseKinematicsConfig,
        tracking: TrackingConfig,
        feedback: FeedbackConfig,
    ) -> None:
        model = build_hand(side, variant).compile()
        self.side = side
        self.joint_names = tuple(model.joint(j).name for j in range(model.njnt))
        self.target_names = tuple(model.actuator(a).name for a in range(model.nu))
        self.chain = hand_chain(model, side)
        self._kinematics, self._tracking, self._feedback = kinematics, tracking, feedback
        short = [name.split("_", 1)[1] for name in self.target_names]
        self._tx, self._ty = short.index("forearm_tx"), short.index("forearm_ty")
        self._stiffness = np.array([posture.stiffness.get(n, posture.default_stiffness) for n in short])
        self._nearness = np.full(len(short), posture.nearness)
        slides = np.array([n.startswith("forearm") for n in short])
        self._step_cap = np.where(slides, np.inf, kinematics.step_cap_rad)
        self._sum = (self.chain.coupling.T > 0).astype(float)
        self._points, self._jacobians = np.zeros((5, 3)), np.zeros((5, 3, len(short)))
        self.rest = self._find_rest(np.array([posture.rest.get(n, 0.0) for n in short]), press, fingertips)
        self._model = actuator_model(model, self.chain.coupling, self.rest)

    def _find_rest(
        self, guess: NDArray[np.float64], press: PressTable, fingertips: FingertipConfig
    ) -> NDArray[np.float64]:
        """Posture with every fingertip at its comfortable place just above the white keys, centre at y = 0."""
        no_slack = np.zeros(len(self.joint_names))
        soft = self._kinematics.pad_softness_m
        centre = fingertip_points(self.chain, self.chain.coupling @ guess, soft)[2, 1]
        guess = guess.copy()
        guess[self._tx] -= centre
        offset = finger_offsets_m()[:5] if self.side == "rh" else finger_offsets_m()[5:]
        x = np.array([fingertips.white_thumb_x_m] + [fingertips.white_x_m] * 4)
        target = np.stack([x, offset, np.full(5, press.white_top_z_m + fingertips.press_depth_m)], axis=1)
        z = guess.copy()
        self.solve(z, target, np.ones((5, 3)), guess, guess, no_slack, iterations=60)
        z[self._tx] = guess[self._tx]
        return z

    def solve(
        self,
        z: NDArray[np.float64],
        target: NDArray[np.float64],
        weight: NDArray[np.float64],
        rest: NDArray[np.float64],
        near: NDArray[np.float64],
        slack: NDArray[np.float64],
        iterations: int | None = None,
    ) -> float:
        """Improve z (n,) in place towards `target` (5, 3); returns the largest error of a due fingertip [m]."""
        k = self._kinematics
        return float(
            solve_posture(
                self.chain, z, slack, target, weight, rest, self._stiffness, near, self._nearness,
                k.iterations if iterations is None else iterations, k.tolerance_m, k.damping, self._step_cap,
                k.error_cap_m, k.pad_softness_m, k.clearance_m, k.clearance_weight, k.due_weight,
                self._points, self._jacobians,
            )
        )  # fmt: skip

    def rest_at(self, centre_m: float, reach_m: float) -> NDArray[np.float64]:
        """(n,) rest posture with the hand's centre at `centre_m`, `reach_m` further into the keys."""
        z = self.rest.copy()
        z[self._tx] += centre_m
        z[self._ty] = np.clip(z[self._ty] + reach_m, self.chain.lower[self._ty], self.chain.upper[self._ty])
        return z

    def measure(
        self, q: NDArray[np.float64], v: NDArray[np.float64]
    ) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
        """Joints (J,) -> actuator coordinates (n,), their velocities (n,) and the slack (J,)."""
        z = self._sum @ q
        return z, self._sum @ v, q - self.chain.coupling @ z

    def fingertips(self, q: NDArray[np.float64]) -> NDArray[np.float64]:
        """Contact points (5, 3) of thumb..little at joints q (J,)."""
        return np.asarray(fingertip_points(self.chain, q, self._kinematics.pad_softness_m))

    def begin(self, z: NDArray[np.float64]) -> None:
        """Start a song from pose z (n,) at rest."""
        self._reference = np.tile(z, (self._tracking.preview_steps, 1))
        self._previous = z.copy()
        self._predicted_z, self._predicted_speed = z.copy(), np.zeros_like(z)

    def act(
        self,
        q: NDArray[np.float64],
        v: NDArray[np.float64],
        target: NDArray[np.float64],
        weight: NDArray[np.float64],
        force: NDArray[np.float64],
        centre_m: NDArray[np.float64],
        reach_m: NDArray[np.float64],
    ) -> NDArray[np.float64]:
        """Return actuator targets (n,) of this step.

        Args:
            q, v: (J,) measured joints.
            target, weight, force: (P, 5, 3), (P, 5, 3), (P, 5) of the coming steps.
            centre_m, reach_m: (P,) hand path.
        """
        rows = self._tracking.preview_steps
        z, speed, slack = self.measure(q, v)
        f = self._feedback
        z = self._predicted_z + f.position_gain * (z - self._predicted_z)
        speed = self._predicted_speed + f.velocity_gain * (speed - self._predicted_speed)
        reference = self._reference
        reference[:-1] = reference[1:]
        near = self._previous
        push = np.zeros_like(z)
        for r in range(rows):
            if r == rows - 1:
                reference[r] = reference[r - 1]
            self.solve(reference[r], target[r], weight[r], self.rest_at(centre_m[r], reach_m[r]), near, slack)
            near = reference[r]
            if r == 0:
                push = -np.einsum("fn,f->n", self._jacobians[:, 2], force[0])
        self._previous = reference[0].copy()
        u = track(self._model.A, self._model.B, z, speed, reference, self._tracking.effort)
        A, B = self._model.A, self._model.B
        self._predicted_z = A[:, 0, 0] * z + A[:, 0, 1] * speed + B[:, 0] * u
        self._predicted_speed = A[:, 1, 0] * z + A[:, 1, 1] * speed + B[:, 1] * u
        u = u + push / self._model.gain
        return np.clip(u, self.chain.lower, self.chain.upper)
