"""How long pictures take, over the last of them."""

from collections import deque
from collections.abc import Sequence

import numpy as np

REMEMBERED = 600
"""Pictures; at 20 a second, half a minute."""


class LiveTimes:
    """Of the pictures that were looked at, the last `REMEMBERED` ones.

    Attributes:
        pictures: All of them.
        of_hands: In how many the right and the left hand was seen.
    """

    def __init__(self) -> None:
        self.pictures = 0
        self.of_hands = np.zeros(2, dtype=np.int64)
        self._latency_s: deque[float] = deque(maxlen=REMEMBERED)
        self._tracking_s: deque[float] = deque(maxlen=REMEMBERED)
        self._done_s: deque[float] = deque(maxlen=REMEMBERED)

    def add(self, latency_s: float, tracking_s: float, done_s: float, seen: Sequence[bool] | np.ndarray) -> None:
        """Take a picture: how old it was when its fingertips were out, how long it was looked at, when that was done
        on the monotonic clock, which hands were seen (2,)."""
        self.pictures += 1
        self.of_hands += np.asarray(seen, dtype=np.int64)
        self._latency_s.append(latency_s)
        self._tracking_s.append(tracking_s)
        self._done_s.append(done_s)

    def values(self) -> dict[str, float]:
        """Pictures a second, and latency and tracking as median and 95th percentile in ms; {} before two pictures."""
        if len(self._done_s) < 2:
            return {}
        numbers = {"rate_hz": (len(self._done_s) - 1) / max(self._done_s[-1] - self._done_s[0], 1e-9)}
        for name, times_s in (("latency", self._latency_s), ("tracking", self._tracking_s)):
            p50, p95 = np.percentile(times_s, (50, 95)) * 1e3
            numbers |= {f"{name}_p50_ms": float(p50), f"{name}_p95_ms": float(p95)}
        for side, count in zip(("rh", "lh"), self.of_hands.tolist(), strict=True):
            numbers[f"{side}_seen_share"] = count / self.pictures
        return numbers
