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

"""Pause and speed of playback, set by one thread while another plays."""

import threading

SLOWEST, FASTEST = 0.25, 1.0
"""Range of playback speeds; the controllers are made for full speed, at which a step takes 50 ms."""


class PlaybackControl:
    """Pause and speed, shared between threads."""

    def __init__(self, speed: float = FASTEST) -> None:
        self._changed = threading.Condition()
        self._paused = False
        self._speed = speed

    @property
    def paused(self) -> bool:
        """True while playback is paused."""
        return self._paused

    @property
    def speed(self) -> float:
        """Fraction of full speed, in [SLOWEST, FASTEST]."""
        return self._speed

    def pause(self, paused: bool) -> None:
        """Pause before the next step, or resume."""
        with self._changed:
            self._paused = paused
            self._changed.notify_all()

    def set_speed(self, speed: float) -> None:
        """Play the following steps at this speed.

        Raises:
            ValueError: It is not in [SLOWEST, FASTEST].
        """
        if not SLOWEST <= speed <= FASTEST:
            raise ValueError(f"speed {speed}: choose one from {SLOWEST} to {FASTEST}")
        self._speed = speed

    def wait(self, timeout_s: float) -> bool:
        """Wait while paused; return False if still paused after `timeout_s`."""
        with self._changed:
            return self._changed.wait_for(lambda: not self._paused, timeout_s)
