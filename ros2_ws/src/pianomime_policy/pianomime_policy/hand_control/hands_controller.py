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

"""Control of both hands along a motion plan: fingertip targets -> joints -> actuator targets, with feedback."""

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from typing import NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

from pianomime_core.hands import SIDES, forearm_dofs, joint_names, target_names
from pianomime_core.keyboard import NUM_KEYS
from pianomime_description.variant import SceneConfig
from pianomime_policy.controllers.controller import FingertipTargets
from pianomime_policy.hand_control.body_clearance import clearance_of
from pianomime_policy.hand_control.hand_planner import HandPlanner, PostureConfig
from pianomime_policy.hand_control.inverse_kinematics import InverseKinematicsConfig
from pianomime_policy.hand_control.tracking import TrackingConfig
from pianomime_policy.motion.fingertip_targets import FingertipConfig, FingertipRows
from pianomime_policy.motion.lost_keys import LostKeyDetector, let_go
from pianomime_policy.motion.motion_timing import BENCHMARK, MotionTiming
from pianomime_policy.motion.stuck_keys import StuckKeyConfig, StuckKeyDetector


@dataclass(frozen=True)
class HandsControllerConfig:
    """Settings that do not depend on the motion plan. Exported networks carry the names of these fields.

    Attributes:
        press_watch: Settings of the `StuckKeyDetector`.
        posture, kinematics, tracking: Settings of each `HandPlanner`.
    """

    press_watch: StuckKeyConfig = field(default_factory=StuckKeyConfig)
    posture: PostureConfig = field(default_factory=PostureConfig)
    kinematics: InverseKinematicsConfig = field(default_factory=InverseKinematicsConfig)
    tracking: TrackingConfig = field(default_factory=TrackingConfig)


@dataclass(frozen=True)
class Adaptation:
    """Offsets by which a hands controller departs from its motion plan.

    Attributes:
        press_offset_m: (88, 3) added to the press point of each key.
        centre_shift_m, reach_shift_m: (2,) added to the hand path of the right and left hand.
    """

    press_offset_m: NDArray[np.float64] = field(default_factory=lambda: np.zeros((NUM_KEYS, 3)))
    centre_shift_m: NDArray[np.float64] = field(default_factory=lambda: np.zeros(len(SIDES)))
    reach_shift_m: NDArray[np.float64] = field(default_factory=lambda: np.zeros(len(SIDES)))


AS_PLANNED = Adaptation()


class Memory(NamedTuple):
    """State that a hands controller carries from step to step.

    Attributes:
        reference: Joint references (rows, n) of each hand.
        failed_press_steps, key: (2, 5), see `StuckKeyDetector`.
        lost_keys: The same of each `LostKeyDetector`; none where no key is let go.
    """

    reference: tuple[NDArray[np.float64], ...]
    failed_press_steps: NDArray[np.int64]
    key: NDArray[np.int64]
    lost_keys: tuple[tuple[NDArray[np.int64], NDArray[np.bool_], NDArray[np.bool_]], ...] = ()


class MotionSource(Protocol):
    """What a hands controller needs from a motion plan; `MotionPlan` documents the methods."""

    def path(self, first: int, rows: int) -> tuple[NDArray[np.float64], NDArray[np.float64]]: ...

    def fingertips(self, hand: int, first: int, rows: int) -> FingertipRows: ...

    def waiting(self, hand: int) -> FingertipRows: ...

    def recovered(
        self, tips: FingertipRows, measured: NDArray[np.float64], stuck: NDArray[np.bool_]
    ) -> FingertipRows: ...


MakeHand = Callable[
    [str, str, FingertipConfig, PostureConfig, InverseKinematicsConfig, TrackingConfig, MotionTiming], HandPlanner
]


def hands_of(scene: SceneConfig) -> MakeHand:
    """What makes the hands of a scene: where they collide, they keep their own bodies clear of each other."""
    return partial(HandPlanner, clearance=clearance_of(scene))


class HandsController:
    """Controls two hands.

    Attributes:
        joint_names, target_names: See `Controller`.
        press_error_m: (88, 4) for each key, target minus measured contact point of the finger that presses it, summed
            over the steps since it was last set to 0, and the number of those steps.
    """

    def __init__(
        self,
        variant: str,
        fingertips: FingertipConfig,
        config: HandsControllerConfig,
        make_hand: MakeHand = HandPlanner,
        timing: MotionTiming = BENCHMARK,
    ) -> None:
        """`make_hand`: Makes the controller of one hand."""
        c = config
        forearm = forearm_dofs(variant)
        self.joint_names = joint_names(forearm)
        self.target_names = target_names(forearm)
        self.press_error_m = np.zeros((NUM_KEYS, 4))
        self._tips: list[FingertipRows] = []
        self._fingertips, self._lets_go = fingertips, timing.lets_go
        self._rows_per_step = timing.rows_per_step
        self._rows = c.tracking.preview_steps * timing.rows_per_step
        self._hands = [
            make_hand(side, variant, fingertips, c.posture, c.kinematics, c.tracking, timing) for side in SIDES
        ]
        self._joints = [np.array([self.joint_names.index(n) for n in h.joint_names]) for h in self._hands]
        self._targets = [np.array([self.target_names.index(n) for n in h.target_names]) for h in self._hands]
        self._lost_keys = [LostKeyDetector() for _ in self._hands]
        self._stuck_keys = [StuckKeyDetector(c.press_watch) for _ in self._hands]

    def begin(self, motion_plan: MotionSource) -> NDArray[np.float64]:
        """Start a song; return the joints (54,) of hands at rest above its first notes [rad, m]."""
        centre, reach = motion_plan.path(0, 1)
        q = np.zeros(len(self.joint_names))
        self._tips = []
        for h, hand in enumerate(self._hands):
            self._stuck_keys[h].reset()
            self._lost_keys[h].reset()
            q[self._joints[h]] = hand.begin(motion_plan.waiting(h), centre[0, h], reach[0, h])
        return q

    def act(
        self,
        motion_plan: MotionSource,
        step: int,
        joint_positions: NDArray[np.float64],
        joint_velocities: NDArray[np.float64],
        key_angles: NDArray[np.float64],
        adaptation: Adaptation = AS_PLANNED,
    ) -> NDArray[np.float64]:
        """Return the actuator targets [rad, m] of a step, as in `Action`; the measured
        state is as in `Observation`."""
        centre, reach = motion_plan.path(step, self._rows)
        targets = np.zeros((self._rows_per_step, len(self.target_names)))
        self._tips = []
        for h, hand in enumerate(self._hands):
            q, v = joint_positions[self._joints[h]], joint_velocities[self._joints[h]]
            tips = motion_plan.fingertips(h, step, self._rows)
            if adaptation is not AS_PLANNED:
                _adapt(tips, adaptation.press_offset_m, self._rows_per_step)
            measured = hand.fingertips(q)
            self._add_errors(tips, measured)
            stuck = self._stuck_keys[h].stuck(tips.key[0], key_angles)
            if self._lets_go:
                lost = self._lost_keys[h].lost(tips.key[0], key_angles, hand.aside_m(tips))
                tips, stuck = let_go(tips, lost, self._fingertips), stuck & ~lost
            tips = motion_plan.recovered(tips, measured, stuck)
            self._tips.append(tips)
            targets[:, self._targets[h]] = hand.act(
                q, v, tips, centre[:, h] + adaptation.centre_shift_m[h], reach[:, h] + adaptation.reach_shift_m[h]
            )
        return targets if self._rows_per_step > 1 else targets[0]

    def fingertip_targets(self) -> FingertipTargets | None:
        """See `ReportsFingertipTargets.fingertip_targets`."""
        if not self._tips:
            return None
        target_m, key = (np.stack(rows) for rows in zip(*((t.target[0], t.key[0]) for t in self._tips), strict=True))
        return FingertipTargets(target_m, key)

    def fingertips(self, joint_positions: NDArray[np.float64]) -> NDArray[np.float64]:
        """Contact points (2, 5, 3) [m] at joints (54,), right hand first, thumb to little finger."""
        return np.stack(
            [hand.fingertips(joint_positions[mine]) for hand, mine in zip(self._hands, self._joints, strict=True)]
        )

    def memory(self) -> Memory:
        """Return a copy of the state that `act` carries from step to step."""
        return Memory(
            tuple(hand.reference.copy() for hand in self._hands),
            np.array([detector.failed_press_steps for detector in self._stuck_keys]),
            np.array([detector.key for detector in self._stuck_keys]),
            tuple(detector.memory() for detector in self._lost_keys) if self._lets_go else (),
        )

    def remember(self, memory: Memory) -> None:
        """Continue from a state that `memory` returned."""
        for h, hand in enumerate(self._hands):
            hand.reference = memory.reference[h].copy()
            self._stuck_keys[h].failed_press_steps = memory.failed_press_steps[h].copy()
            self._stuck_keys[h].key = memory.key[h].copy()
        for detector, lost in zip(self._lost_keys, memory.lost_keys, strict=False):
            detector.remember(lost)

    def _add_errors(self, tips: FingertipRows, measured: NDArray[np.float64]) -> None:
        pressing = tips.key[0] >= 0
        keys = tips.key[0, pressing]
        self.press_error_m[keys, :3] += tips.target[0, pressing] - measured[pressing]
        self.press_error_m[keys, 3] += 1


def _adapt(tips: FingertipRows, press_offset_m: NDArray[np.float64], rows_per_step: int) -> None:
    """Move press points. Strokes that have rows of their own come down there, and fingers are led there in the step
    before."""
    pressing = tips.key >= 0
    if rows_per_step == 1:
        tips.target[pressing] += press_offset_m[tips.key[pressing]]
        return
    row = np.arange(len(tips.key))[:, None]
    next_press = np.minimum.accumulate(np.where(pressing, row, len(row))[::-1])[::-1]
    share = np.where(next_press < len(row), np.clip(2.0 - (next_press - row) / rows_per_step, 0.0, 1.0), 0.0)
    key = np.take_along_axis(tips.key, np.minimum(next_press, len(row) - 1), axis=0)
    tips.target[:] += np.where(pressing, 1.0, share)[..., None] * press_offset_m[key]
