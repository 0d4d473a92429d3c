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

"""Identifies keys by the groups of two and three black keys along a row of bars.

Positions along a line in the image map to the keyboard by a projective map with three parameters. Every pair of keys
that the outermost bars can be, combined with every plausible perspective, gives such a map; the one under which bars
and black keys match best is the answer, unless another is nearly as good.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pianomime_core.keyboard import KEYBOARD, LOWEST_PITCH

Points = NDArray[np.float64]

OFFSETS_M = {1: -0.0020, 3: 0.0020, 6: -0.0025, 8: 0.0, 10: 0.0025}
"""By pitch class: offset of a black key's centre to the right of the gap between white keys, on most pianos."""
BLACK_KEYS = np.flatnonzero(KEYBOARD.is_black)
BLACK_Y_M = KEYBOARD.center_y_m[BLACK_KEYS] + np.array(
    [OFFSETS_M[(int(key) + LOWEST_PITCH) % 12] for key in BLACK_KEYS]
)
PITCH_M = 0.0235
TOLERANCE_M = 0.0065
PERSPECTIVES = np.arange(-0.3, 0.3, 0.012)
"""Relative increase in the apparent size of a key at one end over the middle, and decrease at the other. One step moves
the middle of the keyboard by as much as the tolerance."""
_NEAREST = np.abs(np.arange(-0.65, 0.65, 0.001)[:, None] - BLACK_Y_M).argmin(axis=1)
"""The black key nearest to each millimetre."""


@dataclass(frozen=True, eq=False)
class Placement:
    """An assignment of bars to keys.

    Attributes:
        keys: Index of the key (0 = A0) of every bar, -1 for none, (N,).
        lead: Margin over any other placement, in keys.
        backwards: Whether the bass is at the end of the row.
    """

    keys: NDArray[np.int64]
    lead: float
    backwards: bool

    @property
    def matched(self) -> int:
        """Number of bars that are keys."""
        return int(np.sum(self.keys >= 0))


def place(positions: Points) -> Placement:
    """Return the best placement of bars at increasing `positions` (N,) along a row, in any unit, N >= 8."""
    scored = []
    for backwards in (False, True):
        row = -positions[::-1] if backwards else positions
        for score, keys in _placements(row):
            scored.append((score, backwards, keys[::-1] if backwards else keys))
    score, backwards, keys = max(scored, key=lambda entry: entry[0])
    # A placement counts as different if it assigns other keys to most bars.
    others = [entry[0] for entry in scored if entry[1] != backwards or np.mean(entry[2] == keys) < 0.5]
    return Placement(keys, score - max(others, default=0.0), backwards)


def _placements(row: Points) -> list[tuple[float, NDArray[np.int64]]]:
    """Return the best placement for each key that the first bar can be: score and keys (N,)."""
    found = []
    spacing = np.median(np.diff(row))
    for first in range(len(BLACK_KEYS) - 7):
        best: tuple[float, NDArray[np.int64]] = (-np.inf, np.full(len(row), -1))
        for left, right in ((0, -1), (1, -1), (0, -2), (1, -2)):
            last = np.arange(first + 6, len(BLACK_KEYS))
            # The distance of two bars limits the distance of their keys: 1.45 white keys per black key.
            plausible = (row[right] - row[left]) / spacing / (last - first)
            last = last[(plausible > 0.6) & (plausible < 1.5)]
            if len(last):
                best = max(best, _best_of(row, left, right, first, last), key=lambda entry: entry[0])
        found.append(best)
    return found


def _best_of(
    row: Points, left: int, right: int, first: int, last: NDArray[np.int64]
) -> tuple[float, NDArray[np.int64]]:
    """Return the best of the maps that put bar `left` on black key `first` and bar `right` on one of `last`."""
    last_grid, perspective = (grid.ravel() for grid in np.meshgrid(last, PERSPECTIVES, indexing="ij"))
    start, end = BLACK_Y_M[first], BLACK_Y_M[last_grid]
    # With t from -1 to 1 between both bars, y rises with t (1 + p) / (1 + p t): projective, fixed at both ends.
    t = 2 * (row - row[left]) / (row[right] - row[left]) - 1
    bent = (t + perspective[:, None]) / (1 + perspective[:, None] * t)
    y = start + (bent + 1) / 2 * (end - start)[:, None]
    nearest = _NEAREST[np.clip(np.round((y + 0.65) * 1000), 0, len(_NEAREST) - 1).astype(int)]
    near = np.abs(y - BLACK_Y_M[nearest]) < TOLERANCE_M
    near[:, 1:] &= ~((nearest[:, 1:] == nearest[:, :-1]) & near[:, :-1])  # one bar per key
    matched = near.sum(axis=1)
    skipped = (last_grid - first + 1) - matched  # keys between both bars without a bar
    score = matched - 0.5 * np.maximum(skipped, 0) - (~near).sum(axis=1)
    best = int(np.argmax(score))
    return float(score[best]), np.where(near[best], BLACK_KEYS[nearest[best]], -1)
