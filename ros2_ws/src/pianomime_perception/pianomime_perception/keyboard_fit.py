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

"""Fits a map of the keyboard to an image of all its keys, or refuses it.

Black keys -> their identity -> initial camera pose -> lines between white keys and front edge, searched near their
expected positions -> refined camera pose -> the map. Every step can fail, so at the end all observations must agree:
later steps cannot detect a wrong map.
"""

from collections.abc import Iterable
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from pianomime_core.errors import UserError
from pianomime_perception.black_keys import BlackKeys, Gray, black_keys
from pianomime_perception.camera_pose import CameraPose, Observations, pose_from_above
from pianomime_perception.key_pattern import BLACK_KEYS, BLACK_Y_M, Placement, place
from pianomime_perception.keyboard_map import KeyboardMap
from pianomime_perception.white_keys import FRONT_X_M, LINE_Y_M, front_edge, lines

Points = NDArray[np.float64]

BLACK_FRONT_X_M = FRONT_X_M - 0.05
"""In front of a black key 50 mm of a white one are visible, on any piano to within 2 mm."""
BLACK_FAR_X_M = -0.072
BLACK_HEIGHT_M = 0.006
"""The outline of a black key lies between its top and its base: half its height."""
WINDOWS_M = (0.008, 0.005, 0.003)
"""Search windows around the expected position of a line, shrinking as the pose improves; white keys are 23.5 mm
wide."""


@dataclass(frozen=True)
class FitConfig:
    """Conditions for accepting a fit.

    Attributes:
        min_lead: Margin of the black-key placement over any other, in keys.
        min_black_keys, min_lines, min_edges: Of 36 black keys, 51 lines between white keys, 17 front-edge segments.
        min_edge_share: Fraction of the detected front-edge segments that are in place; a hand hides a few.
        max_gap_lines: Consecutive missing lines, also at the ends.
        max_line_miss_m: 90th percentile of the errors of the lines.
        max_edge_miss_m: Error of a front-edge segment that is in place.
        max_black_miss_m: 90th percentile of the errors of black keys along the keyboard; pianos differ.
        max_front_miss_m: Median error of the fronts of the black keys; pianos differ.
        max_tilt_deg: Tilt of the camera from straight above.
    """

    min_lead: float = 3.0
    min_black_keys: int = 28
    min_lines: int = 38
    min_edges: int = 9
    min_edge_share: float = 0.7
    max_gap_lines: int = 8
    max_line_miss_m: float = 0.0015
    max_edge_miss_m: float = 0.0025
    max_black_miss_m: float = 0.006
    max_front_miss_m: float = 0.0045
    max_tilt_deg: float = 32.0


def background(images: Iterable[NDArray[np.uint8]]) -> NDArray[np.uint8]:
    """Return the image (H, W, 3) without hands: the median of each pixel over images of one size."""
    stack = np.stack(list(images))
    return np.stack([np.median(stack[:, row], axis=0) for row in range(stack.shape[1])]).astype(np.uint8)


def fit_keyboard(image: NDArray[np.uint8], config: FitConfig = FitConfig()) -> KeyboardMap:
    """Find all 88 keys in an image (H, W, 3) uint8 RGB.

    Raises:
        UserError: The keyboard is not clear enough, not complete, or mirrored.
    """
    gray = cv2.cvtColor(image, cv2.COLOR_RGB2GRAY)
    try:
        return _fit(gray, config)
    except UserError as error:
        try:
            _fit(np.ascontiguousarray(gray[:, ::-1]), config)
        except UserError:
            raise error from None
        raise UserError("the picture of the keyboard is mirrored: flip the video, left to right") from None


def _fit(gray: Gray, config: FitConfig) -> KeyboardMap:
    doubts = []
    for row in black_keys(gray)[:3]:
        angle = np.radians(row.level_deg)
        right = np.array([np.cos(angle), np.sin(angle)])
        placement = place((row.upper_px + row.lower_px) / 2 @ right)
        try:
            return _fit_placement(gray, row, placement, -right if placement.backwards else right, config)
        except UserError as doubt:
            doubts.append(doubt)
    raise doubts[0] if doubts else _unsure("no row of black keys")


def _fit_placement(gray: Gray, row: BlackKeys, placement: Placement, treble: Points, config: FitConfig) -> KeyboardMap:
    """Return the map, given the direction `treble` (2,) of the high keys in the image."""
    _require_pattern(placement, config)
    known, observations = _black_key_observations(row, placement, treble)
    height, width = gray.shape
    pose = pose_from_above(known.pixels, known.value_m, (width, height)).fitted(Observations.joined(observations))
    for window_m in WINDOWS_M:
        line_observations, which = lines(gray, pose, window_m)
        edge_observations = front_edge(gray, pose)
        pose = pose.fitted(Observations.joined([*observations, line_observations, edge_observations]))
    line_observations, which = lines(gray, pose, WINDOWS_M[-1])
    _require_agreement(pose, observations, line_observations, which, edge_observations, config)
    return _map(pose, line_observations, which, edge_observations, config)


def _black_key_observations(
    row: BlackKeys, placement: Placement, treble: Points
) -> tuple[Observations, list[Observations]]:
    """Return observations of the black keys' centres along the keyboard, and of their ends."""
    towards_player = np.array([-treble[1], treble[0]])  # assuming that the image is not mirrored
    lower_is_front = ((row.lower_px - row.upper_px) @ towards_player > 0)[:, None]
    placed = placement.keys >= 0
    front = np.where(lower_is_front, row.lower_px, row.upper_px)[placed]
    far = np.where(lower_is_front, row.upper_px, row.lower_px)[placed]
    y_m = BLACK_Y_M[np.searchsorted(BLACK_KEYS, placement.keys[placed])]
    return Observations.of((front + far) / 2, 1, y_m, BLACK_HEIGHT_M, 0.0), [
        Observations.of(front, 1, y_m, BLACK_HEIGHT_M, 0.004),
        Observations.of(far, 1, y_m, BLACK_HEIGHT_M, 0.004),
        Observations.of(front, 0, BLACK_FRONT_X_M, BLACK_HEIGHT_M, 0.006),
        Observations.of(far, 0, BLACK_FAR_X_M, BLACK_HEIGHT_M, 0.02),
    ]


def _map(
    pose: CameraPose,
    line_observations: Observations,
    which: NDArray[np.int64],
    edge_observations: Observations,
    config: FitConfig,
) -> KeyboardMap:
    """Return the map: the homography of the pose, corrected by the observed lines."""
    misses = pose.misses(line_observations)
    found = np.unique(which)
    seen_m = np.array([LINE_Y_M[line] + np.median(misses[which == line]) for line in found])
    homography_map = KeyboardMap(pose.homography(), np.column_stack([seen_m, LINE_Y_M[found]]), 0.0, pose.image_size)
    along = homography_map.to_world(line_observations.pixels)[:, 1] - line_observations.value_m
    deep = homography_map.to_world(edge_observations.pixels)[:, 0] - edge_observations.value_m
    deep = deep[np.abs(deep) < config.max_edge_miss_m]  # others are hands
    residual_m = float(np.sqrt(np.mean(np.concatenate([along, deep]) ** 2)))
    return KeyboardMap(homography_map.homography, homography_map.key_edges_m, residual_m, pose.image_size)


def _require_pattern(placement: Placement, config: FitConfig) -> None:
    if placement.matched < config.min_black_keys:
        raise _unsure(f"{placement.matched} of its 36 black keys")
    if placement.lead < config.min_lead:
        raise _unsure(f"{placement.matched} of its 36 black keys, and which ones is not certain")


def _require_agreement(
    pose: CameraPose,
    black: list[Observations],
    line_observations: Observations,
    which: NDArray[np.int64],
    edge_observations: Observations,
    config: FitConfig,
) -> None:
    """Raise an error unless all observations agree."""
    found = np.unique(which)
    missing = np.diff(np.concatenate([[-1], found, [len(LINE_Y_M)]])).max() - 1
    if len(found) < config.min_lines or missing > config.max_gap_lines:
        raise _unsure(f"{len(found)} of the 51 lines between white keys, {missing} in a row missing")
    on_edge = int(np.sum(np.abs(pose.misses(edge_observations)) < config.max_edge_miss_m))
    if on_edge < max(config.min_edges, config.min_edge_share * len(edge_observations.pixels)):
        raise _unsure(f"{on_edge} of 17 stretches of the front edge")
    tilt_deg = float(np.degrees(np.arccos(np.clip(-cv2.Rodrigues(pose.rotation)[0][2, 2], -1, 1))))
    if tilt_deg > config.max_tilt_deg:
        raise _unsure(f"a camera {tilt_deg:.0f} degrees from straight above, the limit is {config.max_tilt_deg:.0f}")

    def nine_in_ten(observations: Observations) -> float:
        return float(np.percentile(np.abs(pose.misses(observations)), 90))

    for what, miss_m, limit_m in (
        ("lines between white keys", nine_in_ten(line_observations), config.max_line_miss_m),
        ("black keys", max(nine_in_ten(black[0]), nine_in_ten(black[1])), config.max_black_miss_m),
        ("fronts of black keys", abs(float(np.median(pose.misses(black[2])))), config.max_front_miss_m),
    ):
        if miss_m > limit_m:
            raise _unsure(f"{what} {1000 * miss_m:.1f} mm from where they should be, the limit is {1000 * limit_m:.1f}")


def _unsure(seen: str) -> UserError:
    return UserError(
        f"the keyboard is not certain in this picture ({seen}): film all 88 keys from above in even light, "
        "or say where its corners are with --corners"
    )
