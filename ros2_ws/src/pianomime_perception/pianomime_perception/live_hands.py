"""A pianist's fingertips in each picture as it comes: which hand is which, and where on the keyboard. No look ahead."""

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
"""A single hand is the one whose wrist was so near so short a time ago; without such a one its looks decide."""
DOUBLE_M = 0.015
"""Two hands nearer to each other, point by point, are one that was found twice."""
JUDGED = 60
"""Pictures of both hands that are looked back on for mirrored ones."""


class SeenHand(Protocol):
    """What is used of a tracked hand: wrist and thumb to little finger (6, 2) px, 0..1, "rh" or "lh" by its looks."""

    @property
    def points_px(self) -> Points: ...
    @property
    def score(self) -> float: ...
    @property
    def side(self) -> str: ...


class LiveHands:
    """Hands over a keyboard, from what a tracker finds in each picture.

    Args:
        height_m: Of every point above the keys at rest: a camera above them does not see it.
    """

    def __init__(self, height_m: float) -> None:
        self._height_m = height_m
        self._wrist_y_m = np.full(len(SIDES), np.nan)
        self._seen_s = np.full(len(SIDES), -np.inf)
        self._contradicts: deque[bool] = deque(maxlen=JUDGED)

    @property
    def mirrored(self) -> bool:
        """True when in most pictures of both hands the left one looks like a right one: pictures are mirrored."""
        return len(self._contradicts) == JUDGED and sum(self._contradicts) > JUDGED / 2

    def update(self, found: Sequence[SeenHand], keyboard: KeyboardMap, time_s: float) -> Fingertips:
        """Return the hands that were found in the picture of a time."""
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
        """Index into SIDES of each hand."""
        if len(hands) == len(SIDES):
            # The right hand is the one to the right; hands that cross are called by each other's name.
            right = int(places[1][0, 1] > places[0][0, 1])
            if hands[0].side != hands[1].side:
                self._contradicts.append(hands[right].side != SIDES[0])
            return [int(hand != right) for hand in range(len(SIDES))]
        sides = []
        for hand, place in zip(hands, places, strict=True):
            away_m = np.where(time_s - self._seen_s < REMEMBERED_S, np.abs(self._wrist_y_m - place[0, 1]), np.inf)
            sides.append(int(np.argmin(away_m)) if away_m.min() < NEAR_M else SIDES.index(hand.side))
        return sides
