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

"""A pianist's fingertips in live frames: which hand is which, and where on the keyboard. No lookahead."""

from collections import deque
from collections.abc import Sequence
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from pianomime_core.hands import FINGERS, SIDES
from pianomime_core.ros_fingertip_cloud import Fingertips
from pianomime_perception.keyboard_map import KeyboardMap

Points = NDArray[np.float64]

REMEMBERED_S = 1.0
NEAR_M = 0.15
"""A single hand is the one whose wrist was this near within `REMEMBERED_S`; otherwise its handedness decides."""
DOUBLE_M = 0.015
"""Two hands closer than this, point by point, are one hand detected twice."""
JUDGED = 60
"""Number of recent frames with both hands that are checked for mirroring."""


class SeenHand(Protocol):
    """A detected hand: wrist and thumb to little finger (6, 2) px, score 0..1, handedness "rh" or "lh"."""

    @property
    def points_px(self) -> Points: ...
    @property
    def score(self) -> float: ...
    @property
    def side(self) -> str: ...


class LiveHands:
    """Hands over a keyboard, from the detections in each frame.

    Args:
        height_m: Height assigned to every point above the keys at rest; a camera from above does not see it.
    """

    def __init__(self, height_m: float) -> None:
        self._height_m = height_m
        self._wrist_y_m = np.full(len(SIDES), np.nan)
        self._seen_s = np.full(len(SIDES), -np.inf)
        self._contradicts: deque[bool] = deque(maxlen=JUDGED)

    @property
    def mirrored(self) -> bool:
        """Whether frames are mirrored: in most frames with both hands the left one is detected as a right one."""
        return len(self._contradicts) == JUDGED and sum(self._contradicts) > JUDGED / 2

    def update(self, found: Sequence[SeenHand], keyboard: KeyboardMap, time_s: float) -> Fingertips:
        """Return the hands detected in the frame of a time."""
        points_m = np.full((len(SIDES), 1 + len(FINGERS), 3), np.nan)
        confidence = np.zeros(points_m.shape[:2])
        surest = sorted(found, key=lambda hand: -hand.score)[: len(SIDES)]
        places = [keyboard.to_world(hand.points_px) for hand in surest]
        if len(places) == len(SIDES) and np.linalg.norm(places[0] - places[1], axis=-1).mean() < DOUBLE_M:
            surest, places = surest[:1], places[:1]
        for hand, place, side in zip(surest, places, self._sides(surest, places, time_s), strict=True):
            points_m[side, :, :2], points_m[side, :, 2] = place, self._height_m
            confidence[side] = hand.score
            self._wrist_y_m[side], self._seen_s[side] = place[0, 1], time_s
        return Fingertips(points_m, confidence)

    def _sides(self, hands: Sequence[SeenHand], places: Sequence[Points], time_s: float) -> list[int]:
        """Return the index into SIDES of each hand."""
        if len(hands) == len(SIDES):
            # The right hand is the one to the right; crossed hands are swapped.
            right = int(places[1][0, 1] > places[0][0, 1])
            if hands[0].side != hands[1].side:
                self._contradicts.append(hands[right].side != SIDES[0])
            return [int(hand != right) for hand in range(len(SIDES))]
        sides = []
        for hand, place in zip(hands, places, strict=True):
            away_m = np.where(time_s - self._seen_s < REMEMBERED_S, np.abs(self._wrist_y_m - place[0, 1]), np.inf)
            sides.append(int(np.argmin(away_m)) if away_m.min() < NEAR_M else SIDES.index(hand.side))
        return sides
