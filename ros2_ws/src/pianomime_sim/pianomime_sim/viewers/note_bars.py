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

"""Upcoming notes as bars that sink towards their keys like a player piano's roll."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pianomime_core.keyboard import KEYBOARD
from pianomime_sim.viewers.base import Snapshot

ROW_HEIGHT_M = 0.008
"""Height of one goal row (0.05 s) on the wall behind the keyboard; the 2 s shown are 0.32 m."""
WALL_X_M = -0.17
"""Just behind the far end of the keys (-0.075 m) and the piano's base (0.1 m deep)."""
WALL_Z_M = 0.045
SHOWN_ROWS = 40
BAR_DEPTH_M = 0.004
GAP_ROWS = 0.2
"""Gap at the end of a bar, which distinguishes repeated notes from a long one."""


@dataclass(frozen=True)
class NoteBars:
    """Boxes in the world frame: centers_m (N, 3), sizes_m (N, 3) full edge lengths, keys (N,) indices of their keys."""

    centers_m: NDArray[np.float64]
    sizes_m: NDArray[np.float64]
    keys: NDArray[np.int64]


def note_bars(snapshot: Snapshot, elapsed_rows: float = 1.0) -> NoteBars:
    """Return one bar for each run of rows in which a key is in the goal, sorted by key and time.

    Args:
        snapshot: The state; its `wanted` row is sinking into the keyboard, `coming` follows.
        elapsed_rows: Elapsed part of the row `wanted`, in [0, 1]; 1 at the time of the snapshot, less while a viewer
            still interpolates towards it.
    """
    rows = np.vstack([snapshot.wanted[None], snapshot.coming[:SHOWN_ROWS]])
    edges = np.diff(np.pad(rows, ((1, 1), (0, 0))).astype(np.int8), axis=0)
    # Transposed, so that the n-th start and the n-th end of the flattened order belong to the same run of one key.
    keys, starts = np.nonzero(edges.T == 1)
    _, ends = np.nonzero(edges.T == -1)
    low = np.maximum(starts - elapsed_rows, 0.0)
    high = np.maximum(ends - GAP_ROWS - elapsed_rows, 0.0)
    visible = high > low
    keys, low, high = keys[visible], low[visible], high[visible]
    centers_m = np.column_stack(
        [
            np.full(len(keys), WALL_X_M),
            KEYBOARD.center_y_m[keys],
            WALL_Z_M + (low + high) / 2 * ROW_HEIGHT_M,
        ]
    )
    sizes_m = np.column_stack([np.full(len(keys), BAR_DEPTH_M), KEYBOARD.width_m[keys], (high - low) * ROW_HEIGHT_M])
    return NoteBars(centers_m=centers_m, sizes_m=sizes_m, keys=keys)
