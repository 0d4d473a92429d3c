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

"""Finds the black keys in an image: parallel dark bars on a bright background, at any position and rotation.

Most edges of a keyboard belong to its black keys, so the most frequent gradient direction is that of the keyboard. Once
the image is level, a morphological closing along the keyboard fills what is dark and narrow; what it changed are the
black keys, separated from a dark fallboard, which no threshold would achieve.
"""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

Points = NDArray[np.float64]
Gray = NDArray[np.uint8]

MIN_DARKNESS = 0.4
"""Minimum drop in brightness of a black key, relative to its neighbourhood."""
KERNELS = (1 / 60, 1 / 36, 1 / 22)
"""Sizes of the closings in image diagonals: 1.3 to 3 white keys of a keyboard that fills all or half of the image."""
ANGLE_BIN_DEG = 0.5


@dataclass(frozen=True, eq=False)
class BlackKeys:
    """Bars in a row, from left to right once the keyboard is level, in image pixels.

    Attributes:
        upper_px, lower_px: Ends of each bar's centre line, (N, 2).
        level_deg: Clockwise rotation of the image that makes the row level.
    """

    upper_px: Points
    lower_px: Points
    level_deg: float


def black_keys(gray: Gray) -> list[BlackKeys]:
    """Return rows of at least eight dark bars in an image (H, W), those with more bars first."""
    rows = []
    for angle_deg in _row_angles_deg(gray):
        level, to_level = _turned(gray, angle_deg)
        back = cv2.invertAffineTransform(to_level)
        for share in KERNELS:
            bars = _bars(level, round(share * float(np.hypot(*gray.shape))))
            chosen = _in_one_row(bars)
            if len(chosen) >= 8:
                ends = chosen.reshape(-1, 2, 2) @ back[:, :2].T + back[:, 2]
                rows.append(BlackKeys(ends[:, 0], ends[:, 1], angle_deg))
    return sorted(rows, key=lambda row: -len(row.upper_px))


def _row_angles_deg(gray: Gray) -> list[float]:
    """Return the two most frequent gradient directions, in degrees clockwise from the horizontal, within +-90."""
    smooth = cv2.GaussianBlur(gray, (0, 0), 1.0).astype(np.float32)
    du, dv = cv2.Scharr(smooth, cv2.CV_32F, 1, 0), cv2.Scharr(smooth, cv2.CV_32F, 0, 1)
    strength = np.hypot(du, dv)
    # All strong edges count equally, whatever the lighting.
    strong = strength > np.percentile(strength, 90)
    bins = round(180 / ANGLE_BIN_DEG)
    angle = np.degrees(np.arctan2(dv[strong], du[strong])) % 180
    votes = np.bincount((angle / ANGLE_BIN_DEG).astype(int) % bins, minlength=bins).astype(float)
    votes = np.convolve(np.concatenate([votes[-6:], votes, votes[:6]]), np.hanning(13), mode="valid")
    peaks: list[float] = []
    for _ in range(2):
        best = int(np.argmax(votes))
        angle_deg = (best + 0.5) * ANGLE_BIN_DEG
        peaks.append(angle_deg if angle_deg < 90 else angle_deg - 180)
        votes[(np.arange(-40, 41) + best) % bins] = 0
    return peaks


def _turned(gray: Gray, angle_deg: float) -> tuple[Gray, NDArray[np.float64]]:
    """Return the image rotated so that `angle_deg` is horizontal, and the affine map (2, 3) of the rotation."""
    height, width = gray.shape
    matrix = cv2.getRotationMatrix2D((width / 2, height / 2), angle_deg, 1.0)
    corners = np.array([[0, 0], [width, 0], [0, height], [width, height]]) @ matrix[:, :2].T + matrix[:, 2]
    matrix[:, 2] -= corners.min(axis=0)
    size = np.ceil(np.ptp(corners, axis=0)).astype(int)
    return cv2.warpAffine(gray, matrix, size.tolist(), flags=cv2.INTER_LINEAR), matrix


def _bars(level: Gray, reach: int) -> Points:
    """Return upright dark bars (N, 4) narrower than `reach` [px]: upper u, v, lower u, v of their centre lines."""
    smooth = cv2.GaussianBlur(level, (0, 0), max(0.6, reach / 40))
    ground = cv2.morphologyEx(smooth, cv2.MORPH_CLOSE, np.ones((1, reach), np.uint8)).astype(np.float32)
    dark = (ground - smooth > MIN_DARKNESS * ground) & (ground > 12)
    # Lines between white keys are dark too, but thin.
    thin = np.ones((3, max(2, round(reach / 10))), np.uint8)
    mask = cv2.morphologyEx(dark.astype(np.uint8), cv2.MORPH_OPEN, thin)
    _, labels, stats, _ = cv2.connectedComponentsWithStats(mask, connectivity=4)
    bars = []
    for label in np.flatnonzero((stats[:, 3] >= 1.5 * stats[:, 2]) & (stats[:, 3] >= 8) & (stats[:, 2] <= reach)):
        left, top, width, height, area = stats[label]
        if area < 0.4 * width * height:
            continue
        part = labels[top : top + height, left : left + width] == label
        rows = np.arange(height)
        middle = (part @ np.arange(width)) / part.sum(axis=1)
        slope, offset = np.polyfit(rows, middle, 1, w=part.sum(axis=1))
        ends = np.array([0, height - 1])
        (upper, lower) = left + offset + slope * ends
        bars.append((upper, top - 0.5, lower, top + height - 0.5))
    return np.array(bars, dtype=np.float64).reshape(-1, 4)


def _in_one_row(bars: Points) -> Points:
    """Return the largest set of bars (N, 4) whose ends lie on two lines, left to right; a hand may hide one end."""
    if len(bars) < 8:
        return bars[:0]
    bars = bars[np.argsort(bars[:, 0] + bars[:, 2])]
    middle_u = (bars[:, 0] + bars[:, 2]) / 2
    height = bars[:, 3] - bars[:, 1]
    best = np.zeros(len(bars), dtype=bool)
    for first, second in np.random.default_rng(0).integers(len(bars), size=(600, 2)):
        run = middle_u[second] - middle_u[first]
        if abs(run) < 3 * height[first] or abs(np.log(height[first] / height[second])) > 0.5:
            continue
        share = (middle_u - middle_u[first]) / run
        upper = bars[first, 1] + share * (bars[second, 1] - bars[first, 1])
        lower = bars[first, 3] + share * (bars[second, 3] - bars[first, 3])
        tolerance = 0.12 * (lower - upper)
        high, low = bars[:, 1] - upper, lower - bars[:, 3]  # missing length at either end
        inside = (high > -tolerance) & (low > -tolerance) & (np.minimum(high, low) < tolerance)
        inside &= height > 0.5 * (lower - upper)
        if inside.sum() > best.sum():
            best = inside
    return bars[best]
