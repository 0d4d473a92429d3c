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

"""Interpolates between two 20 Hz states, in its own thread, so that motion is smooth and the caller never waits."""

import threading
import time
from abc import ABC, abstractmethod
from dataclasses import dataclass, replace

from pianomime_sim.viewers.base import Snapshot

FRAME_PERIOD_S = 1 / 30
IDLE_S = 0.5
MAX_BLEND_S = 0.2
"""After a longer pause between two snapshots the pose jumps instead of being interpolated."""


@dataclass(frozen=True)
class Frame:
    """A frame to draw.

    Attributes:
        snapshot: With interpolated pose; the rest is that of the latest snapshot.
        progress: Progress of the interpolation, in [0, 1].
        age_s: Time since the robot was in this pose.
    """

    snapshot: Snapshot
    progress: float
    age_s: float = 0.0


def blend(previous: Snapshot, latest: Snapshot, progress: float) -> Frame:
    """Return the frame `progress` of the way from one snapshot to the next; only the pose is interpolated."""
    progress = min(max(progress, 0.0), 1.0)
    pose = replace(
        latest,
        joint_positions=previous.joint_positions + progress * (latest.joint_positions - previous.joint_positions),
        key_angles=previous.key_angles + progress * (latest.key_angles - previous.key_angles),
    )
    return Frame(snapshot=pose, progress=progress)


class SmoothViewer(ABC):
    """A viewer that keeps the last two snapshots and draws frames between them; older ones are dropped.

    The display is one snapshot behind. An error while drawing is raised again by the next `update`.
    """

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._previous: tuple[float, Snapshot] | None = None
        self._latest: tuple[float, Snapshot] | None = None
        self._closing = False
        self._error: Exception | None = None
        self._thread = threading.Thread(target=self._run, name="viewer", daemon=True)

    @abstractmethod
    def _draw(self, frame: Frame) -> None:
        """Draw one frame; called from the viewer's thread only."""

    def _idle(self, snapshot: Snapshot, age_s: float) -> None:  # noqa: B027  (optional)
        """Called by the same thread twice a second while there is no new snapshot."""

    @abstractmethod
    def _close(self) -> None:
        """Free resources; called once, after the last frame."""

    @property
    def is_open(self) -> bool:
        return not self._closing

    def start(self) -> None:
        """Start drawing; called at the end of a viewer's constructor."""
        self._thread.start()

    def update(self, snapshot: Snapshot) -> None:
        with self._changed:
            if self._error is not None:
                raise self._error
            self._previous = self._latest
            self._latest = (time.monotonic(), snapshot)
            self._changed.notify()

    def close(self) -> None:
        with self._changed:
            if self._closing:
                return
            self._closing = True
            self._changed.notify()
        if self._thread is not threading.current_thread():
            self._thread.join()
        self._close()

    def _run(self) -> None:
        drawn: Snapshot | None = None
        while True:
            with self._changed:
                while not self._closing and (self._latest is None or self._latest[1] is drawn):
                    if not self._changed.wait(IDLE_S) and self._latest is not None:
                        break
                if self._closing:
                    return
                previous, latest = self._previous, self._latest
            assert latest is not None
            begin = time.monotonic()
            frame = _frame(previous, latest, begin)
            try:
                if latest[1] is drawn:
                    self._idle(drawn, frame.age_s)
                    continue
                self._draw(frame)
            except Exception as error:
                self._error = error
                return
            if frame.progress == 1.0:
                drawn = latest[1]
            time.sleep(max(0.0, begin + FRAME_PERIOD_S - time.monotonic()))


def _frame(previous: tuple[float, Snapshot] | None, latest: tuple[float, Snapshot], now_s: float) -> Frame:
    """Interpolate from the previous snapshot to the latest over the time between their arrivals."""
    arrival_s, snapshot = latest
    if previous is None or not 0.0 < arrival_s - previous[0] <= MAX_BLEND_S or snapshot.time_s < previous[1].time_s:
        return Frame(snapshot=snapshot, progress=1.0, age_s=now_s - arrival_s)
    interval_s = arrival_s - previous[0]
    # The pose drawn is one interval behind; once the interpolation is complete it ages.
    age_s = max(interval_s, now_s - arrival_s)
    return replace(blend(previous[1], snapshot, (now_s - arrival_s) / interval_s), age_s=age_s)
