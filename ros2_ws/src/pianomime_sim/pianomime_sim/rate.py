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

"""A loop rate with absolute deadlines, and how late each was met."""

import time
from collections.abc import Callable


class Rate:
    """Deadline k is start + (k + 1) * period: a late cycle does not shift the following ones, nor does a new period."""

    def __init__(
        self,
        period_s: float,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._period_s = period_s
        self._clock = clock
        self._sleep = sleep
        self._start_s = 0.0
        self._beat = 0

    def start(self) -> None:
        """Begin the first period now."""
        self._start_s = self._clock()
        self._beat = 0

    def set_period(self, period_s: float) -> None:
        """Set the period of the following cycles."""
        if period_s != self._period_s:
            self._start_s += self._beat * self._period_s
            self._beat, self._period_s = 0, period_s

    def wait(self) -> float:
        """Sleep until the next deadline, not at all if it has passed; return how late that was, in s.

        No busy waiting: if all cores are in use it costs the controller more than it gains here.
        """
        self._beat += 1
        deadline_s = self._start_s + self._beat * self._period_s
        while (left_s := deadline_s - self._clock()) > 0:
            self._sleep(left_s)
        return -left_s
