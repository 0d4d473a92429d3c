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

"""Timings of live frames, over the most recent ones."""

from collections import deque
from collections.abc import Sequence

import numpy as np

REMEMBERED = 600
"""Number of frames; at 20 per second, half a minute."""


class LiveTimes:
    """Timings of the last `REMEMBERED` processed frames.

    Attributes:
        pictures: Number of all processed frames.
        of_hands: Number of frames in which the right and the left hand was detected.
    """

    def __init__(self) -> None:
        self.pictures = 0
        self.of_hands = np.zeros(2, dtype=np.int64)
        self._latency_s: deque[float] = deque(maxlen=REMEMBERED)
        self._tracking_s: deque[float] = deque(maxlen=REMEMBERED)
        self._done_s: deque[float] = deque(maxlen=REMEMBERED)

    def add(self, latency_s: float, tracking_s: float, done_s: float, seen: Sequence[bool] | np.ndarray) -> None:
        """Add a frame: its age when its fingertips were published, the tracking time, when that was done on the
        monotonic clock, and which hands were detected (2,)."""
        self.pictures += 1
        self.of_hands += np.asarray(seen, dtype=np.int64)
        self._latency_s.append(latency_s)
        self._tracking_s.append(tracking_s)
        self._done_s.append(done_s)

    def values(self) -> dict[str, float]:
        """Return frames per second, and latency and tracking as median and 95th percentile in ms; {} before two
        frames."""
        if len(self._done_s) < 2:
            return {}
        numbers = {"rate_hz": (len(self._done_s) - 1) / max(self._done_s[-1] - self._done_s[0], 1e-9)}
        for name, times_s in (("latency", self._latency_s), ("tracking", self._tracking_s)):
            p50, p95 = np.percentile(times_s, (50, 95)) * 1e3
            numbers |= {f"{name}_p50_ms": float(p50), f"{name}_p95_ms": float(p95)}
        for side, count in zip(("rh", "lh"), self.of_hands.tolist(), strict=True):
            numbers[f"{side}_seen_share"] = count / self.pictures
        return numbers
