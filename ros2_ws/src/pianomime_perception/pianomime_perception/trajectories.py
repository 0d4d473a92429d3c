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

"""Smooth trajectories of the hands, from detections in frames at arbitrary times, evaluated at any times.

Short gaps are bridged, longer ones remain. At each requested time a parabola is fitted to the detections around it,
weighted by proximity (local polynomial regression): this smooths, bridges gaps, works with uneven frame rates, and does
not flatten fast movements as a moving average does.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pianomime_core.demonstration import POINTS
from pianomime_core.hands import SIDES

Points = NDArray[np.float64]


@dataclass(frozen=True)
class TrajectoryConfig:
    """Settings of the smoothing.

    Attributes:
        max_gap_s: Longest gap between two detections of a hand that is bridged, unless frames are rarer.
        min_detections: Minimum length of a segment without a longer gap; shorter ones are discarded.
        smoothing_s: Standard deviation of the weights over time, unless frames are rarer.
    """

    max_gap_s: float = 0.1
    min_detections: int = 3
    smoothing_s: float = 0.015


@dataclass(frozen=True, eq=False)
class Rows:
    """Hands at some times.

    Attributes:
        points_m: (T, 2, 6, 2) world x and y, right hand first, wrist first; NaN where not valid.
        valid: (T, 2), whether the hand is seen then, or shortly before and after.
        confidence: (T, 2), tracker score of the nearest detection, 0 where not valid.
    """

    points_m: Points
    valid: NDArray[np.bool_]
    confidence: Points


class Trajectories:
    """Trajectories of two hands through a video.

    Args:
        time_s: (F,) of the frames, increasing.
        points_m: (F, 2, 6, 2) world, right hand first, wrist first; NaN where a hand is not seen.
        score: (F, 2) of the tracker.
        config: Settings of the smoothing.

    Attributes:
        start_s, end_s: Times of the first and last frame.
        gaps_bridged: Number of bridged gaps of one frame or more, of both hands.
    """

    def __init__(
        self, time_s: Points, points_m: Points, score: Points, config: TrajectoryConfig = TrajectoryConfig()
    ) -> None:
        self.start_s, self.end_s = float(time_s[0]), float(time_s[-1])
        self._period_s = float(np.median(np.diff(time_s))) if len(time_s) > 1 else config.max_gap_s
        # Slow cameras: what is next to each other is no gap, and a parabola needs three detections.
        self._width_s = max(config.smoothing_s, 0.8 * self._period_s)
        max_gap_s = max(config.max_gap_s, 1.5 * self._period_s)
        self._segments = [
            _segments(time_s, points_m[:, side], score[:, side], max_gap_s, config.min_detections)
            for side in range(len(SIDES))
        ]
        self._reach_s = max(max_gap_s, 4 * self._width_s)
        self.gaps_bridged = sum(
            int(np.sum(np.diff(each.time_s) > 1.5 * self._period_s)) for hand in self._segments for each in hand
        )

    def at(self, time_s: Points) -> Rows:
        """Return the hands at times (T,) of the video [s]."""
        shape = (len(time_s), len(SIDES))
        rows = Rows(np.full((*shape, len(POINTS), 2), np.nan), np.zeros(shape, dtype=np.bool_), np.zeros(shape))
        for side, segments in enumerate(self._segments):
            for segment in segments:
                slack_s = self._period_s  # a frame stands for the time around it
                for row in np.flatnonzero(
                    (time_s >= segment.time_s[0] - slack_s) & (time_s <= segment.time_s[-1] + slack_s)
                ):
                    rows.points_m[row, side], rows.confidence[row, side] = self._fitted(segment, float(time_s[row]))
                    rows.valid[row, side] = True
        return rows

    def jitter_m(self) -> float:
        """Return the median distance between detected and smoothed fingertips; 0 without detections."""
        away = [np.zeros(0)]
        for side, segments in enumerate(self._segments):
            for segment in segments:
                smooth = self.at(segment.time_s).points_m[:, side]
                away.append(np.linalg.norm((smooth - segment.points_m)[:, 1:], axis=-1).ravel())
        return float(np.median(np.concatenate(away))) if sum(map(len, away)) else 0.0

    def _fitted(self, segment: "_Segment", time_s: float) -> tuple[Points, float]:
        first, last = np.searchsorted(segment.time_s, [time_s - self._reach_s, time_s + self._reach_s])
        after_s = segment.time_s[first:last] - time_s
        weights = np.exp(-0.5 * (after_s / self._width_s) ** 2)
        powers = (after_s / self._width_s)[:, None] ** np.arange(3)
        values = segment.points_m[first:last].reshape(len(after_s), -1)
        root = np.sqrt(weights)[:, None]
        coefficients = np.linalg.lstsq(root * powers, root * values, rcond=1e-6)[0]
        return coefficients[0].reshape(len(POINTS), 2), float(segment.score[first + np.argmin(np.abs(after_s))])


@dataclass(frozen=True, eq=False)
class _Segment:
    time_s: Points
    points_m: Points
    score: Points


def _segments(time_s: Points, points_m: Points, score: Points, max_gap_s: float, min_detections: int) -> list[_Segment]:
    seen = np.flatnonzero(np.isfinite(points_m).all(axis=(1, 2)))
    cuts = np.flatnonzero(np.diff(time_s[seen]) > max_gap_s * 1.001) + 1  # times are not exact
    return [
        _Segment(time_s[rows], points_m[rows], score[rows])
        for rows in np.split(seen, cuts)
        if len(rows) >= min_detections
    ]
