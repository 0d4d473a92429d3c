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

"""Where a camera stands, from observations of the keyboard: a pinhole with square pixels, with its principal point at
the image centre.

An observation is a pixel on a plane of known height, of which one coordinate is known: the lines between white keys say
    where
they are along the keyboard, its front edge how deep. Square pixels combine the two.
"""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray
from scipy.optimize import least_squares

Points = NDArray[np.float64]

USUAL_FOCAL_LENGTH = 0.95
"""Relative to the longer image side, typical of phones and webcams, to within a factor of 1.35."""
_FOCAL_SPREAD = 0.3


@dataclass(frozen=True, eq=False)
class Observations:
    """N pixels, each with one known world coordinate.

    Attributes:
        pixels: (N, 2).
        axis: The known world coordinate, 0 for x and 1 for y, (N,).
        value_m: Its value, (N,).
        height_m: z above the white keys, (N,).
        sigma_m: Its standard deviation, (N,).
    """

    pixels: Points
    axis: NDArray[np.int64]
    value_m: Points
    height_m: Points
    sigma_m: Points

    @classmethod
    def of(cls, pixels: Points, axis: int, value_m: Points | float, height_m: float, sigma_m: float) -> "Observations":
        """Return observations of one kind."""
        count = len(pixels)
        return cls(
            pixels=pixels,
            axis=np.full(count, axis),
            value_m=np.broadcast_to(np.asarray(value_m, dtype=np.float64), count),
            height_m=np.full(count, height_m),
            sigma_m=np.full(count, sigma_m),
        )

    @classmethod
    def joined(cls, parts: "list[Observations]") -> "Observations":
        """Return the concatenation of several sets."""
        return cls(*(np.concatenate([getattr(part, name) for part in parts]) for name in cls.__dataclass_fields__))


@dataclass(frozen=True, eq=False)
class CameraPose:
    """A camera over the keyboard.

    Attributes:
        rotation: Rotation vector, from the world axes to right, down and forward of the camera [rad], (3,).
        position_m: World position, (3,), with z above the white keys.
        focal_length_px: The same in both directions.
        image_size: (width, height) [px].
    """

    rotation: Points
    position_m: Points
    focal_length_px: float
    image_size: tuple[int, int]

    def homography(self) -> Points:
        """Return the homography (3, 3) from pixels (u, v, 1) to world (x, y, 1) on the plane of the white keys."""
        turn = cv2.Rodrigues(self.rotation)[0]
        ahead = np.column_stack([turn[:, 0], turn[:, 1], -turn @ self.position_m])
        matrix = np.linalg.inv(self._intrinsic() @ ahead)
        return np.asarray(matrix / np.linalg.norm(matrix))

    def on_plane(self, pixels: Points, height_m: Points | float) -> Points:
        """Return world x, y (N, 2) [m] of pixels (N, 2) at a height."""
        rays = np.column_stack([pixels, np.ones(len(pixels))]) @ np.linalg.inv(self._intrinsic()).T
        rays = rays @ cv2.Rodrigues(self.rotation)[0]
        reach = (height_m - self.position_m[2]) / rays[:, 2]
        return np.asarray(self.position_m[:2] + rays[:, :2] * reach[:, None])

    def misses(self, observations: Observations) -> Points:
        """Return the error in the known coordinate of each observation, (N,) [m]."""
        seen = self.on_plane(observations.pixels, observations.height_m)
        return np.asarray(seen[np.arange(len(seen)), observations.axis] - observations.value_m)

    def fitted(self, observations: Observations) -> "CameraPose":
        """Return the robust least-squares pose for the observations, starting from this one."""

        def pose(parameters: Points) -> CameraPose:
            focal_px = float(np.exp(parameters[6])) * max(self.image_size)
            return CameraPose(parameters[:3], parameters[3:6], focal_px, self.image_size)

        def residuals(parameters: Points) -> Points:
            prior = (parameters[6] - np.log(USUAL_FOCAL_LENGTH)) / _FOCAL_SPREAD
            misses = pose(parameters).misses(observations) / observations.sigma_m
            # Huber loss as a residual; the robust loss of scipy would also apply to the prior.
            size = np.abs(misses)
            robust = np.sign(misses) * np.where(size < 2, size, np.sqrt(np.maximum(4 * size - 4, 0)))
            return np.append(np.clip(np.nan_to_num(robust, nan=1e3), -1e3, 1e3), prior)

        start = np.concatenate([self.rotation, self.position_m, [np.log(self.focal_length_px / max(self.image_size))]])
        return pose(least_squares(residuals, start, x_scale="jac", max_nfev=60).x)

    def _intrinsic(self) -> Points:
        width, height = self.image_size
        focal = self.focal_length_px
        return np.array([[focal, 0, (width - 1) / 2], [0, focal, (height - 1) / 2], [0, 0, 1.0]])


def pose_from_above(pixels: Points, y_m: Points, image_size: tuple[int, int]) -> CameraPose:
    """Return an initial pose, straight above pixels (N, 2) that lie on the line x = 0 at y (N,) [m]."""
    slope, middle = np.polyfit(y_m, pixels, 1)
    turn = cv2.Rodrigues(np.array([0, 0, np.arctan2(slope[1], slope[0])]))[0]
    turn = turn @ np.array([[0.0, 1.0, 0.0], [1.0, 0.0, 0.0], [0.0, 0.0, -1.0]])
    focal_px = USUAL_FOCAL_LENGTH * max(image_size)
    distance = focal_px / float(np.linalg.norm(slope))
    seen = np.append((middle - (np.array(image_size) - 1) / 2) / focal_px, 1.0) * distance
    return CameraPose(cv2.Rodrigues(turn)[0][:, 0], -turn.T @ seen, focal_px, image_size)
