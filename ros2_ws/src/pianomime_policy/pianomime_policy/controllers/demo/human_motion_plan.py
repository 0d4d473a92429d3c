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

"""A demonstration as a motion plan: the pianist's fingering, and all other fingertips where the pianist's were.

PianoMime (arXiv 2407.18178) sends every fingertip to its place in the video, a pressing one to height 0 on the centre
line of its key, without lookahead; that is its nominal controller, for which experts learned a residual. Here a finger
about to press is moved onto the key's press point in the steps before the onset and back to the pianist's finger after
the release; it travels above the keys and presses as the planner does.
"""

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from pianomime_core.demonstration import Demonstration
from pianomime_core.hands import FINGERS, SIDES
from pianomime_core.keyboard import KEYBOARD
from pianomime_core.piano_roll import piano_roll
from pianomime_policy.controllers.demo.given_fingers import GivenFingers
from pianomime_policy.controllers.demo.human_path import seen_fingertips
from pianomime_policy.fingering.fingering import FingeringConfig, finger_offsets_m
from pianomime_policy.fingering.release import ReleaseConfig
from pianomime_policy.motion.fingertip_targets import FingertipConfig, FingertipRows
from pianomime_policy.motion.hand_path import HandPathConfig
from pianomime_policy.motion.minimum_jerk import minimum_jerk
from pianomime_policy.motion.motion_plan import MotionPlan
from pianomime_policy.motion.press_table import press_table
from pianomime_policy.motion.song_plan import Assignments, SongPlan


@dataclass(frozen=True)
class HumanMotionPlanConfig:
    """Attributes:
    lead_steps: Steps before the onset in which a finger is moved onto its key, and after the release back again.
    white_x_m, black_x_m: Part of a white and a black key in which the pianist's own press point is kept.
    free_weight: Weights of squared (x, y, z) errors of a finger that presses nothing.
    fingertips: Heights and weights of those that do.
    release: When they let go.
    """

    lead_steps: int = 4
    white_x_m: tuple[float, float] = (0.028, 0.064)
    black_x_m: tuple[float, float] = (-0.020, 0.008)
    free_weight: tuple[float, float, float] = (0.1, 0.1, 0.25)
    fingertips: FingertipConfig = field(default_factory=FingertipConfig)
    release: ReleaseConfig = field(default_factory=ReleaseConfig)


class HumanMotionPlan:
    """The `MotionSource` for a demonstration, which is known as a whole."""

    def __init__(self, demonstration: Demonstration, config: HumanMotionPlanConfig) -> None:
        self._config = c = config
        plan = SongPlan(FingeringConfig(), c.release, HandPathConfig(), None, GivenFingers(demonstration))
        plan.update(piano_roll(demonstration.score()).goal, 0)
        self._motion_plan = MotionPlan(plan, c.fingertips)
        self._press = press_table(c.fingertips.press)
        self._offset_m = finger_offsets_m().reshape(len(SIDES), len(FINGERS))
        human = seen_fingertips(demonstration)
        # Row t is the beginning of step t; the target for its end is in the next row.
        human = np.concatenate([human[1:], human[-1:]])
        self._led = self._lead(self._hands_never_seen(human, plan), plan)
        self._centre = (self._led[..., 1] - self._offset_m).mean(axis=-1)
        self._reach = (self._press.idle_x_m[1] - self._led[:, :, 1:, 0]).mean(axis=-1)

    def path(self, first: int, rows: int) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Centre and reach (rows, 2) [m] of the right and left hand, from their fingertips."""
        steps = self._steps(first, rows)
        return self._centre[steps], self._reach[steps]

    def fingertips(self, hand: int, first: int, rows: int) -> FingertipRows:
        """Rows of steps [first, first + rows) of one hand, 0 right or 1 left; the caller may change the arrays."""
        tips, c = self._motion_plan.fingertips(hand, first, rows), self._config
        led = self._led[self._steps(first, rows), hand]
        tips.target[..., :2] = led[..., :2]
        free = np.all(tips.weight == c.fingertips.idle_weight, axis=-1)
        tips.weight[free] = c.free_weight
        tips.target[free, 2] = np.maximum(led[free, 2], self._press.white_top_z_m + c.fingertips.travel_clearance_m)
        row, finger = np.nonzero(tips.key >= 0)
        key, kind = tips.key[row, finger], np.minimum(finger, 1)
        # The table's depth and force are for its own press point; here the lever may differ.
        lever = tips.target[row, finger, 0] - KEYBOARD.hinge_x_m[key]
        usual = self._press.x_m[kind, key] - KEYBOARD.hinge_x_m[key]
        tips.target[row, finger, 2] -= np.tan(KEYBOARD.travel_rad[key]) * (lever - usual)
        tips.force[row, finger] *= usual / lever
        return tips

    def waiting(self, hand: int) -> FingertipRows:
        """Fingers waiting for the first note: where the pianist's are, every fingertip above the keys."""
        tips = self.fingertips(hand, 0, 1)
        tips.target[..., 2] = np.maximum(tips.target[..., 2], tips.top + self._config.fingertips.hover_m)
        return tips._replace(force=np.zeros_like(tips.force))

    def recovered(self, tips: FingertipRows, measured: NDArray[np.float64], stuck: NDArray[np.bool_]) -> FingertipRows:
        """The same rows with fingers that missed their key led back; see `FingertipMotion.recovered`."""
        return self._motion_plan.recovered(tips, measured, stuck)

    def assignments(self) -> Assignments:
        """All notes with finger and release step."""
        return self._motion_plan.assignments()

    def _steps(self, first: int, rows: int) -> NDArray[np.int64]:
        return np.clip(np.arange(first, first + rows), 0, len(self._led) - 1)

    def _hands_never_seen(self, human: NDArray[np.float64], plan: SongPlan) -> NDArray[np.float64]:
        """(T, 2, 5, 3) where hands that were never seen stay idle at the planner's hand path."""
        unseen = np.asarray(np.isnan(human).any(axis=(0, 2, 3)))
        idle = np.empty_like(human)
        idle[..., 0] = self._press.idle_x_m[[0, 1, 1, 1, 1]]
        idle[..., 1] = plan.centre_m[:, :, None] + self._offset_m
        idle[..., 2] = self._config.fingertips.idle_height_m
        return np.where(unseen[:, None, None], idle, human)

    def _lead(self, human: NDArray[np.float64], plan: SongPlan) -> NDArray[np.float64]:
        """(T, 2, 5, 3) the pianist's fingertips; those that press are moved onto the press points of their keys."""
        led, lead = human.copy(), self._config.lead_steps
        notes = plan.assignments(0, plan.rows)
        free_from = dict.fromkeys(range(len(SIDES) * len(FINGERS)), -lead)
        for onset, release, key, number in zip(*(each.tolist() for each in notes), strict=True):
            if number < 0:
                continue
            hand, finger = divmod(number, len(FINGERS))
            low, high = self._config.black_x_m if KEYBOARD.is_black[key] else self._config.white_x_m
            # In the step before the onset the pianist's finger is already moving down.
            place = np.array([min(max(human[max(onset - 1, 0), hand, finger, 0], low), high), KEYBOARD.center_y_m[key]])
            begin = max(onset - lead, free_from[number])
            steps = np.arange(max(begin, 0), min(release + lead, len(led)))
            share = np.minimum((steps - begin + 1) / max(onset - begin, 1), (release + lead - steps) / (lead + 1))
            share = np.array([minimum_jerk(s) for s in share]).reshape(-1, 1)
            led[steps, hand, finger, :2] += share * (place - led[steps, hand, finger, :2])
            free_from[number] = release
        return led
