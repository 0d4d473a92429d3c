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

"""Schedules sound events: the simulator computes 50 ms at once, and the events within are spread over 50 ms again."""

import heapq
import threading
import time
from collections import deque
from collections.abc import Callable, Sequence
from itertools import count

from pianomime_core.key_events import KeyEvent, PedalEvent
from pianomime_core.timing import CONTROL_TIMESTEP_S
from pianomime_sim.sound.instrument import Instrument

REMEMBERED_S = 2.0
"""How long an event counts for the offset between simulated and real time, which changes with every pause."""


class JitterBuffer:
    """Computes when an event is played, on the clock of its arrival.

    An event from the end of a control step arrives at once, one from its beginning up to a step later: the promptest
    event of the last seconds gives the offset between the two clocks, and all are played one control step after their
    time. Events that arrive even later are played at once.
    """

    def __init__(self) -> None:
        self._offsets: deque[tuple[float, float]] = deque()

    def due_s(self, time_s: float, arrival_s: float) -> float:
        """Return when to play an event of simulated time `time_s` that arrived at `arrival_s`."""
        while self._offsets and arrival_s - self._offsets[0][0] > REMEMBERED_S:
            self._offsets.popleft()
        self._offsets.append((arrival_s, arrival_s - time_s))
        offset_s = min(offset for _, offset in self._offsets)
        return max(arrival_s, time_s + offset_s + CONTROL_TIMESTEP_S)


class EventScheduler:
    """Plays events on instruments when they are due, in its own thread."""

    def __init__(self, instruments: Sequence[Instrument], clock: Callable[[], float] = time.monotonic) -> None:
        self._instruments = instruments
        self._clock = clock
        self._jitter_buffer = JitterBuffer()
        self._waiting: list[tuple[float, int, KeyEvent | PedalEvent]] = []
        self._number = count()
        self._changed = threading.Condition()
        self._closing = False
        self._thread = threading.Thread(target=self._run, name="event scheduler", daemon=True)
        self._thread.start()

    def play(self, event: KeyEvent | PedalEvent) -> None:
        """Take an event that has just arrived."""
        with self._changed:
            due_s = self._jitter_buffer.due_s(event.time_s, self._clock())
            heapq.heappush(self._waiting, (due_s, next(self._number), event))
            self._changed.notify()

    def close(self) -> None:
        """Play the pending events, then close the instruments."""
        with self._changed:
            self._closing = True
            self._changed.notify()
        self._thread.join()
        for instrument in self._instruments:
            instrument.close()

    def _run(self) -> None:
        while True:
            with self._changed:
                while not self._waiting:
                    if self._closing:
                        return
                    self._changed.wait()
                left_s = self._waiting[0][0] - self._clock()
                if left_s > 0:
                    self._changed.wait(left_s)
                    continue
                event = heapq.heappop(self._waiting)[2]
            for instrument in self._instruments:
                if isinstance(event, PedalEvent):
                    instrument.pedal(event.down)
                elif event.velocity:
                    instrument.press(event.pitch, event.velocity)
                else:
                    instrument.release(event.pitch)
