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

"""Locates the keyboard in an image: pixels -> metres in the world frame of `pianomime_core.keyboard`, and back.

A homography maps the plane of the white keys. Distortions of lens and piano along the keyboard are then corrected by a
piecewise linear map of key edges, which are visible in the image and more accurate than anything else.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from pianomime_core.errors import UserError

Points = NDArray[np.float64]

NO_KEY_EDGES: Points = np.zeros((0, 2))
"""Key edges of a map without correction."""


@dataclass(frozen=True, eq=False)
class KeyboardMap:
    """The map between an image and the keyboard.

    Attributes:
        homography: (3, 3), maps pixels (u, v, 1) to world (x, y, 1) [m] up to scale; u right and v down, (0, 0) is the
            centre of the upper left pixel.
        key_edges_m: (K, 2), increasing: y of an edge between two white keys by the homography, and its true y. Linear
            in between, with the shift of the outermost edges beyond.
        residual_m: Root mean square distance of the detected features from their mapped positions [m].
        image_size: (width, height) [px] of the images that the map is valid for.

    Raises:
        UserError: Arrays of wrong shape or not finite, a singular homography, or key edges that do not increase.
    """

    homography: Points
    key_edges_m: Points
    residual_m: float
    image_size: tuple[int, int]

    def __post_init__(self) -> None:
        if self.homography.shape != (3, 3) or self.key_edges_m.ndim != 2 or self.key_edges_m.shape[1] != 2:
            raise UserError(
                f"keyboard map has a homography of shape {self.homography.shape} and key edges of shape "
                f"{self.key_edges_m.shape}: must be (3, 3) and (K, 2)"
            )
        if not (np.isfinite(self.homography).all() and np.isfinite(self.key_edges_m).all()):
            raise UserError("keyboard map has values that are not finite: all must be numbers")
        if np.linalg.matrix_rank(self.homography) < 3:
            raise UserError("keyboard map has a homography without inverse: its corners lie on one line")
        if np.any(np.diff(self.key_edges_m, axis=0) <= 0):
            raise UserError("keyboard map has key edges out of order: both columns must rise")

    def to_world(self, points_px: ArrayLike) -> Points:
        """Return world x, y (..., 2) [m] of pixels (..., 2); NaN stays NaN."""
        points = _project(self.homography, np.asarray(points_px, dtype=np.float64))
        points[..., 1] = _piecewise(points[..., 1], self.key_edges_m[:, 0], self.key_edges_m[:, 1])
        return points

    def to_image(self, points_m: ArrayLike) -> Points:
        """Return pixels (..., 2) of world x, y (..., 2) [m]; the inverse of `to_world`."""
        points: Points = np.array(points_m, dtype=np.float64)
        points[..., 1] = _piecewise(points[..., 1], self.key_edges_m[:, 1], self.key_edges_m[:, 0])
        return _project(np.asarray(np.linalg.inv(self.homography), dtype=np.float64), points)

    def scaled(self, image_size: tuple[int, int]) -> "KeyboardMap":
        """Return the map for the same images at another size (width, height) [px]."""
        # Image borders coincide; pixel centres are half a pixel inside.
        ratio = np.array(self.image_size) / np.array(image_size)
        offset = (ratio - 1) / 2
        smaller = np.array([[ratio[0], 0, offset[0]], [0, ratio[1], offset[1]], [0, 0, 1]])
        return KeyboardMap(self.homography @ smaller, self.key_edges_m, self.residual_m, image_size)

    def to_arrays(self) -> dict[str, NDArray[Any]]:
        """Return arrays for an npz file; `from_arrays` reads them."""
        return {
            "homography": self.homography,
            "key_edges_m": self.key_edges_m,
            "residual_m": np.array(self.residual_m, dtype=np.float64),
            "image_size": np.array(self.image_size, dtype=np.int64),
        }

    @classmethod
    def from_arrays(cls, arrays: Mapping[str, NDArray[Any]]) -> "KeyboardMap":
        """Return the map from the arrays of `to_arrays`.

        Raises:
            UserError: An array is missing, or has the wrong shape or type.
        """
        expected = {"homography": (3, 3), "key_edges_m": None, "residual_m": (), "image_size": (2,)}
        for name, shape in expected.items():
            if name not in arrays:
                raise UserError(f"keyboard map lacks {name}: it needs {', '.join(expected)}")
            array = arrays[name]
            if array.dtype.kind not in "fi" or (shape is not None and array.shape != shape):
                raise UserError(
                    f"keyboard map has {name} of shape {array.shape} and type {array.dtype}: must be numbers, {shape}"
                )
        width, height = (int(size) for size in arrays["image_size"])
        return cls(
            homography=np.asarray(arrays["homography"], dtype=np.float64),
            key_edges_m=np.asarray(arrays["key_edges_m"], dtype=np.float64),
            residual_m=float(arrays["residual_m"]),
            image_size=(width, height),
        )


def homography_of(points_px: ArrayLike, points_m: ArrayLike) -> Points:
    """Return the homography (3, 3) of four or more pairs of pixels (N, 2) and world x, y (N, 2) [m], by least squares.

    Direct linear transform with normalised coordinates (Hartley and Zisserman, Multiple View Geometry, algorithm 4.2).
    """
    source, normalise = _normalised(np.asarray(points_px, dtype=np.float64))
    target, back = _normalised(np.asarray(points_m, dtype=np.float64))
    ones = np.column_stack([source, np.ones(len(source))])
    zeros = np.zeros_like(ones)
    rows = np.concatenate(
        [np.hstack([ones, zeros, -target[:, :1] * ones]), np.hstack([zeros, ones, -target[:, 1:] * ones])]
    )
    matrix = np.linalg.inv(back) @ np.linalg.svd(rows)[2][-1].reshape(3, 3) @ normalise
    return np.asarray(matrix / (matrix[2] @ [*np.asarray(points_px).mean(axis=0), 1.0]))


def _normalised(points: Points) -> tuple[Points, Points]:
    center = points.mean(axis=0)
    scale = np.sqrt(2) / max(float(np.linalg.norm(points - center, axis=1).mean()), 1e-12)
    matrix = np.array([[scale, 0, -scale * center[0]], [0, scale, -scale * center[1]], [0, 0, 1]])
    return (points - center) * scale, matrix


def _project(matrix: Points, points: Points) -> Points:
    mapped = points @ matrix[:, :2].T + matrix[:, 2]
    return np.asarray(mapped[..., :2] / mapped[..., 2:])


def _piecewise(values: Points, source: Points, target: Points) -> Points:
    if not len(source):
        return values
    return np.asarray(values + np.interp(values, source, target - source))
