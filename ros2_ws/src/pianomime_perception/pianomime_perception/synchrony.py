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

"""Finds when in the video the music begins: the offset at which fingertips are nearest to the keys at the onsets.

The mean distance has one sharp minimum (on a real clip 4 mm, against 10 mm a third of a second away), so all offsets
are tried, first on a coarse grid, then on a fine one.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pianomime_core.errors import UserError
from pianomime_perception.key_distance import key_distance_m
from pianomime_perception.trajectories import Trajectories

Points = NDArray[np.float64]


@dataclass(frozen=True)
class SynchronyConfig:
    """Settings of the search.

    Attributes:
        step_s, fine_step_s: Steps of the coarse and the fine grid.
        fine_range_s: Range of the fine grid to either side.
        flat_m: Tolerance around the minimum, of which the middle is taken, since fingers rest on their keys for a
            while.
        far_m: Upper limit of a key's distance, also used while no hand is seen.
        min_overlap: Fraction of the onsets that must lie in the video.
    """

    step_s: float = 0.02
    fine_step_s: float = 0.005
    fine_range_s: float = 0.1
    flat_m: float = 0.0003
    far_m: float = 0.05
    min_overlap: float = 0.1


@dataclass(frozen=True)
class Synchrony:
    """The position of the music in the video.

    Attributes:
        offset_s: Video time of music time 0.
        near_share: Fraction of the onsets in the video with a fingertip nearer to the key than `far_m`; about half if
            one hand is not seen.
        distance_m: Mean distance of the nearest fingertip at those, `far_m` if there are none.
        overlap: Fraction of the onsets that lie in the video.
    """

    offset_s: float
    near_share: float
    distance_m: float
    overlap: float


def synchronise(
    trajectories: Trajectories, onset_s: Points, key: NDArray[np.int64], config: SynchronyConfig = SynchronyConfig()
) -> Synchrony:
    """Find when the notes (N,) with keys 0..87 are played.

    Raises:
        UserError: The video is too short for the notes.
    """
    grid_s = np.arange(trajectories.start_s, trajectories.end_s + config.step_s, config.step_s)
    tips_m = trajectories.at(grid_s).points_m[:, :, 1:].reshape(len(grid_s), -1, 2)
    nearest_m = {each: _nearest_m(tips_m, each, config.far_m) for each in np.unique(key).tolist()}
    # Place p puts music time 0 at grid time first + p steps; the onset of a note lies `later` rows after it.
    later = np.rint(onset_s / config.step_s).astype(np.int64)
    first = -int(later.max())
    places = len(grid_s) - first
    far_m = np.full(places, config.far_m * len(key))
    inside = np.zeros(places, dtype=np.int64)
    for each, rows in zip(key.tolist(), later.tolist(), strict=True):
        begin = -first - rows
        far_m[begin : begin + len(grid_s)] += nearest_m[each] - config.far_m
        inside[begin : begin + len(grid_s)] += 1
    enough = inside >= config.min_overlap * len(key)
    if not enough.any():
        raise UserError(
            f"the video of {trajectories.end_s - trajectories.start_s:.1f} s is too short for this music: at no offset "
            f"does it contain {config.min_overlap:.0%} of the {len(key)} notes"
        )
    mean_m = np.where(enough, far_m / len(key), np.inf)
    # The middle here, too: which of equal offsets is lowest is chance, and the fine grid may not cover all of them.
    place = _middle(mean_m, config.flat_m)
    coarse_s = trajectories.start_s + (first + place) * config.step_s
    fine_s = coarse_s + np.arange(-config.fine_range_s, config.fine_range_s + 1e-9, config.fine_step_s)
    fine_m = [_distances_m(trajectories, grid_s, nearest_m, onset_s + shift_s, key, config) for shift_s in fine_s]
    best = _middle(np.array([np.mean(np.where(np.isnan(each), config.far_m, each)) for each in fine_m]), config.flat_m)
    inside_m = fine_m[best][np.isfinite(fine_m[best])]
    near_m = inside_m[inside_m < config.far_m]
    return Synchrony(
        offset_s=float(fine_s[best]),
        near_share=len(near_m) / max(len(inside_m), 1),
        distance_m=float(near_m.mean()) if len(near_m) else config.far_m,
        overlap=len(inside_m) / len(key),
    )


def _middle(values: Points, flat: float) -> int:
    """Return the middle of the range around the minimum in which values exceed it by at most `flat`."""
    best = int(np.argmin(values))
    higher = np.flatnonzero(values > values[best] + flat)
    before, after = higher[higher < best], higher[higher > best]
    first = int(before[-1]) + 1 if len(before) else 0
    last = int(after[0]) - 1 if len(after) else len(values) - 1
    return (first + last) // 2


def _distances_m(
    trajectories: Trajectories,
    grid_s: Points,
    nearest_m: dict[int, Points],
    at_s: Points,
    key: NDArray[np.int64],
    config: SynchronyConfig,
) -> Points:
    """Return (N,) the distance of the nearest fingertip from each key at a time, NaN outside the video."""
    found = [np.interp(time_s, grid_s, nearest_m[each]) for time_s, each in zip(at_s, key.tolist(), strict=True)]
    slack_s = config.step_s / 2  # a frame stands for an interval
    return np.where((at_s >= trajectories.start_s - slack_s) & (at_s <= trajectories.end_s + slack_s), found, np.nan)


def _nearest_m(tips_m: Points, key: int, far_m: float) -> Points:
    distance_m = key_distance_m(tips_m, np.full(tips_m.shape[:2], key))
    return np.asarray(np.min(np.where(distance_m < far_m, distance_m, far_m), axis=1))  # NaN counts as far
