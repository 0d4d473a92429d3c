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

"""Finds the lines between white keys and the front edge near their positions by an initial pose."""

from itertools import pairwise

import cv2
import numpy as np
from numpy.typing import NDArray

from pianomime_core.keyboard import KEYBOARD, WHITE_KEY, WHITE_KEY_GAP_M
from pianomime_perception.black_keys import Gray
from pianomime_perception.camera_pose import CameraPose, Observations

Points = NDArray[np.float64]

PITCH_M = WHITE_KEY.width_m + WHITE_KEY_GAP_M
FRONT_X_M = WHITE_KEY.length_m / 2
NUM_WHITE = int(np.sum(~KEYBOARD.is_black))
LINE_Y_M = np.asarray((np.arange(1, NUM_WHITE) - NUM_WHITE / 2) * PITCH_M, dtype=np.float64)
"""The 51 lines between white keys, bass first."""
_NEAR_BLACK = np.abs(LINE_Y_M[:, None] - KEYBOARD.center_y_m[KEYBOARD.is_black]).min(axis=1) < PITCH_M / 4
STEP_M = 0.0005
BANDS_X_M = (-0.05, -0.035, -0.02, -0.005, 0.034, 0.043, 0.052, 0.061)
"""Centres of the strips that are searched for lines; only lines without a black key reach the first ones."""
BAND_M = 0.009
MIN_STEP = 0.07
"""Relative change of brightness at the front edge, in addition to twice that on the keys, which must be less."""
FRONT_BAND_X_M = 0.03
"""In front of this there are no black keys."""
MIN_DARKNESS = 0.025
LINE_SIGMA_M = 0.0007
EDGE_SIGMA_M = 0.0008
EDGE_SEGMENTS = 17


def straightened(gray: Gray, pose: CameraPose, x_m: Points, y_m: Points) -> NDArray[np.float32]:
    """Return the plane of the white keys from straight above at x (X,), y (Y,): (X, Y), NaN outside the image."""
    grid = np.stack(np.meshgrid(x_m, y_m, indexing="ij"), axis=-1)
    to_image = np.linalg.inv(pose.homography())
    pixels = cv2.perspectiveTransform(grid.reshape(-1, 1, 2), to_image).reshape(grid.shape).astype(np.float32)
    return cv2.remap(
        gray.astype(np.float32), pixels[..., 0], pixels[..., 1], cv2.INTER_LINEAR, borderValue=float("nan")
    )


def lines(gray: Gray, pose: CameraPose, window_m: float) -> tuple[Observations, NDArray[np.int64]]:
    """Observations of the lines between white keys within `window_m` of where they should be; which of the 51 each one
    is."""
    found_y, found_x, which = [], [], []
    y_m = np.arange(-0.62, 0.62, STEP_M)
    for band_x_m in BANDS_X_M:
        strip = straightened(gray, pose, band_x_m + np.arange(-BAND_M / 2, BAND_M / 2, STEP_M), y_m)
        profile = np.nan_to_num(strip.mean(axis=0)).astype(np.float32)
        ground = _closed(profile, 0.008)
        darkness = (ground - profile) / np.maximum(ground, 8.0)
        # The noise level, from the centres of the white keys.
        faint = MIN_DARKNESS + 3 * float(np.median(np.abs(darkness - np.median(darkness)))) * 1.5
        for line in np.flatnonzero(~_NEAR_BLACK | (band_x_m > FRONT_BAND_X_M)):
            near = np.flatnonzero(np.abs(y_m - LINE_Y_M[line]) <= window_m)
            peak = near[np.argmax(darkness[near])]
            around = slice(peak - 3, peak + 4)
            weight = np.maximum(darkness[around] - 0.4 * darkness[peak], 0)
            # A finger or a black key is dark over more than a line.
            beside = darkness[[peak - 8, peak - 7, peak + 7, peak + 8]].max() if 8 <= peak < len(y_m) - 8 else 1.0
            if darkness[peak] > faint and peak not in (near[0], near[-1]) and beside < 0.6 * darkness[peak]:
                found_y.append(float(weight @ y_m[around] / weight.sum()))
                found_x.append(band_x_m)
                which.append(line)
    pixels = _to_image(pose, np.column_stack([found_x, found_y]))
    return Observations.of(pixels, 1, LINE_Y_M[which], 0.0, LINE_SIGMA_M), np.array(which, dtype=np.int64)


def front_edge(gray: Gray, pose: CameraPose) -> Observations:
    """Observations of the front edge of the white keys: the first sudden change before each stretch of them."""
    x_m = np.arange(0.036, 0.12, STEP_M)
    found = []
    bounds = np.linspace(-0.6, 0.6, EDGE_SEGMENTS + 1)
    for left, right in pairwise(bounds):
        middle_y = (left + right) / 2
        strip = straightened(gray, pose, x_m, np.arange(left, right, 2 * STEP_M))
        profile = cv2.GaussianBlur(np.median(strip, axis=1).astype(np.float32)[:, None], (1, 5), 1.0)[:, 0]
        # A change within 2 mm: the edge of a shadow is wider, and hands are rejected below.
        step = np.abs(profile[4:] - profile[:-4]) / np.maximum(profile[:-4], 8.0)
        quiet = step[: round(0.014 / STEP_M)]
        sharp = step > MIN_STEP + 2 * float(quiet.max())
        if not np.isfinite(profile[:80]).all() or quiet.max() > MIN_STEP or not sharp.any():
            continue  # outside the image, a hand or too much noise, or no edge visible
        first = int(np.argmax(sharp))
        slope = np.abs(np.diff(profile[first : first + 9]))
        steepest = float(slope @ np.arange(len(slope)) / slope.sum())
        found.append((x_m[0] + (first + steepest + 0.5) * STEP_M, middle_y))
    return Observations.of(_to_image(pose, np.array(found).reshape(-1, 2)), 0, FRONT_X_M, 0.0, EDGE_SIGMA_M)


def _to_image(pose: CameraPose, points_m: Points) -> Points:
    points = np.asarray(points_m, dtype=np.float64).reshape(-1, 1, 2)
    if not len(points):
        return np.zeros((0, 2))
    return np.asarray(cv2.perspectiveTransform(points, np.linalg.inv(pose.homography()))).reshape(-1, 2)


def _closed(profile: NDArray[np.float32], reach_m: float) -> NDArray[np.float32]:
    """Return the profile without dark dips narrower than `reach_m`."""
    kernel = np.ones((1, round(reach_m / STEP_M)), np.uint8)
    return cv2.morphologyEx(profile[None], cv2.MORPH_CLOSE, kernel)[0]
