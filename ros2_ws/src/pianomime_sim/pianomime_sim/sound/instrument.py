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

"""Outputs that play keys: a speaker, a MIDI port."""

from typing import Protocol


class Instrument(Protocol):
    """Plays each event at once; called from one thread at a time."""

    def press(self, pitch: int, velocity: int) -> None:
        """Strike a key (MIDI pitch) with a velocity 1..127."""
        ...

    def release(self, pitch: int) -> None:
        """Release a key."""
        ...

    def pedal(self, down: bool) -> None:
        """Move the sustain pedal; while it is down, released keys keep sounding."""
        ...

    def close(self) -> None:
        """Release all keys and the pedal, and free resources."""
        ...
