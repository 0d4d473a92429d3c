"""Absolute deadlines on the wall clock, and how well they are met."""

import time
from collections.abc import Callable


class Metronome:
    """Beat k falls at start + (k + 1) * period: a late beat does not move the ones after it, nor does a new period."""

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
        self.lateness_s: list[float] = []
        """How late each wait returned."""

    def start(self) -> None:
        """Begin the first period now."""
        self._start_s = self._clock()
        self._beat = 0

    def set_period(self, period_s: float) -> None:
        """Let the beats after the last one fall this far apart."""
        if period_s != self._period_s:
            self._start_s += self._beat * self._period_s
            self._beat, self._period_s = 0, period_s

    def wait(self) -> None:
        """Sleep until the next beat; return at once if it has passed.

        No busy waiting: on a machine whose cores are all taken it costs the controller more than it gains here.
        """
        self._beat += 1
        deadline_s = self._start_s + self._beat * self._period_s
        while (left_s := deadline_s - self._clock()) > 0:
            self._sleep(left_s)
        self.lateness_s.append(-left_s)
