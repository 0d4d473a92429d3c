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

"""Measured times as median, 99th percentile and maximum."""

import math
from collections.abc import Sequence

import numpy as np

_SHORTEST_S, _LONGEST_S = 1e-7, 1e4
_BIN_RATIO = 1.01
_BINS = math.ceil(math.log(_LONGEST_S / _SHORTEST_S) / math.log(_BIN_RATIO))


def percentiles_ms(times_s: Sequence[float], name: str) -> dict[str, float]:
    """Return median, 99th percentile and maximum of times, in ms, named `<name>_p50_ms` and so on; {} for no times."""
    if not times_s:
        return {}
    p50, p99 = np.percentile(times_s, (50, 99)) * 1e3
    return {f"{name}_p50_ms": float(p50), f"{name}_p99_ms": float(p99), f"{name}_max_ms": 1e3 * max(times_s)}


class LatencyPercentiles:
    """The same for a stream of times: a histogram, so that hours take no more memory or time than seconds. Percentiles
    are accurate to half a percent, count and maximum are exact."""

    def __init__(self) -> None:
        self._counts = np.zeros(_BINS, dtype=np.int64)
        self._max_s = 0.0
        self.count = 0

    def add(self, time_s: float) -> None:
        """Add a time."""
        place = int(math.log(time_s / _SHORTEST_S) / math.log(_BIN_RATIO)) if time_s > _SHORTEST_S else 0
        self._counts[min(place, _BINS - 1)] += 1
        self._max_s = max(self._max_s, time_s)
        self.count += 1

    def ms(self, name: str) -> dict[str, float]:
        """Return what `percentiles_ms` would for all times so far."""
        if not self.count:
            return {}
        below = np.cumsum(self._counts)
        p50, p99 = (self._middle_s(int(np.searchsorted(below, share * self.count))) for share in (0.50, 0.99))
        return {f"{name}_p50_ms": 1e3 * p50, f"{name}_p99_ms": 1e3 * p99, f"{name}_max_ms": 1e3 * self._max_s}

    def _middle_s(self, place: int) -> float:
        return min(_SHORTEST_S * _BIN_RATIO ** (place + 0.5), self._max_s)
