"""The baseline "IK on human fingertips": the robot's fingertips go where the human's were.

This is the nominal controller of PianoMime's experts (arXiv 2407.18178): in every control step and for each hand, one
quadratic program from the measured joints q gives the change dq that moves five fingertips, and the wrist sideways, to
their places in the demonstration, within the joint limits; q + dq is commanded. No goal, no posture, no lookahead. The
place of a pressing finger has height 0, below the key, so it presses.
"""

import mujoco
import numpy as np
from numpy.typing import NDArray
from scipy.optimize import lsq_linear

from pianomime_core.hands import FINGERS, SIDES, joint_names, target_joints, target_names
from pianomime_description.hand_spec import build_hand, fingertip_site
from pianomime_policy.controllers.controller import Action, Observation
from training.demonstrations import FINGERTIP_NAMES, Demonstration, target_range

# Squared errors in m have weight 1 (the published 1e8 is divided out of everything).
_WRIST_WEIGHT = 1e-6
_DAMPING = 1e-14
_LEVENBERG = 1e-6
"""Times the squared error: smaller steps when far away."""
_WRIST_BODY = "palm"


class HumanFingertips:
    """A `pianomime_policy.controllers.controller.Controller` that plays the fingertips of one demonstration."""

    horizon_steps: int | None = 1

    def __init__(self, demonstration: Demonstration) -> None:
        self.joint_names, self.target_names = joint_names(), target_names()
        self._tips_m = demonstration.fingertips_m
        self._hands = [_Hand(side) for side in SIDES]
        # The target of the two coupled outer joints of a finger is their sum.
        self._sum = np.array([[name in target_joints(t) for name in self.joint_names] for t in self.target_names])

    def start(self, goal: NDArray[np.bool_], sustain: NDArray[np.bool_]) -> NDArray[np.float64]:
        """All joints at 0, as the authors' episodes begin: hands over the middle of the keyboard."""
        return np.zeros(len(self.joint_names))

    def act(self, observation: Observation) -> Action:
        """Targets that move the fingertips to their places in the demonstration at this step."""
        tips = self._tips_m[min(observation.step, len(self._tips_m) - 1)].astype(np.float64)
        joints = observation.joint_positions.copy()
        for hand in self._hands:
            joints[hand.joints] += hand.change(joints[hand.joints], tips[hand.points])
        return Action(np.asarray(np.clip(self._sum @ joints, *target_range().T)))


class _Hand:
    def __init__(self, side: str) -> None:
        self._model = build_hand(side, "pianomime").compile()
        self._data = mujoco.MjData(self._model)
        names = [self._model.joint(j).name for j in range(self._model.njnt)]
        self.joints = np.array([joint_names().index(name) for name in names])
        self.points = np.array([FINGERTIP_NAMES.index(f"{side}_{point}") for point in ("wrist", *FINGERS)])
        self._wrist = self._model.body(f"{side}_{_WRIST_BODY}").id
        self._sites = [self._model.site(fingertip_site(side, finger)).id for finger in FINGERS]

    def change(self, joints: NDArray[np.float64], points_m: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return the change (J,) of joints (J,) towards wrist and fingertips (6, 3)."""
        model, data = self._model, self._data
        data.qpos[:] = joints
        mujoco.mj_kinematics(model, data)
        mujoco.mj_comPos(model, data)
        jacobian = np.zeros((3, model.nv))
        mujoco.mj_jacBody(model, data, jacobian, None, self._wrist)
        weight = _WRIST_WEIGHT**0.5
        rows = [weight * jacobian[1:2]]
        errors = [weight * (points_m[0, 1:2] - data.xpos[self._wrist, 1:2])]
        for site, point in zip(self._sites, points_m[1:], strict=True):
            jacobian = np.zeros((3, model.nv))
            mujoco.mj_jacSite(model, data, jacobian, None, site)
            rows.append(jacobian)
            errors.append(point - data.site_xpos[site])
        error = np.concatenate(errors)
        still = (_DAMPING + _LEVENBERG * (error @ error)) ** 0.5 * np.eye(model.nv)
        # The measured joints may be slightly beyond their soft limits.
        lower, upper = (
            np.minimum(model.jnt_range[:, 0] - joints, -1e-9),
            np.maximum(model.jnt_range[:, 1] - joints, 1e-9),
        )
        found = lsq_linear(np.concatenate([*rows, still]), np.append(error, np.zeros(model.nv)), (lower, upper), "bvls")
        return np.asarray(found.x)
