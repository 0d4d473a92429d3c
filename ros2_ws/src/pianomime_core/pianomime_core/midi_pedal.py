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

"""The sustain pedal of a piano, from the controllers of MIDI channels: half pedals, and pedals of several channels."""

from collections.abc import Hashable
from typing import Generic, TypeVar

SUSTAIN_CONTROL = 64
RESET_CONTROLLERS = 121
SUSTAIN_DOWN_FROM = 64
SUSTAIN_TREMBLE = 8
"""Hysteresis: the pedal crosses `SUSTAIN_DOWN_FROM` only if it has moved this far since it last changed direction."""

Channel = TypeVar("Channel", bound=Hashable)


class HalfPedal:
    """One pedal that sends values 0..127, up at first.

    Attributes:
        down: Whether it is down.
    """

    def __init__(self) -> None:
        self.down = False
        self._turned_at = 0

    def move(self, value: int) -> None:
        """Take its next value."""
        down = value >= SUSTAIN_DOWN_FROM
        # The lowest value since it came up, or the highest since it went down.
        farthest = max if self.down else min
        self._turned_at = farthest(self._turned_at, value)
        if down != self.down and abs(value - self._turned_at) >= SUSTAIN_TREMBLE:
            self.down, self._turned_at = down, value


class SustainPedal(Generic[Channel]):
    """The pedal of one piano, which several channels (of any identity) move: down while one of them holds it down."""

    def __init__(self) -> None:
        self._pedals: dict[Channel, HalfPedal] = {}
        self._holders: set[Channel] = set()

    @property
    def down(self) -> bool:
        """Whether it is down."""
        return bool(self._holders)

    def control(self, channel: Channel, number: int, value: int) -> bool:
        """Take a controller of a channel, of which only two matter here; return whether the pedal has moved by it."""
        before = self.down
        if number == SUSTAIN_CONTROL:
            pedal = self._pedals.setdefault(channel, HalfPedal())
            pedal.move(value)
            (self._holders.add if pedal.down else self._holders.discard)(channel)
        elif number == RESET_CONTROLLERS:
            self._pedals.pop(channel, None)
            self._holders.discard(channel)
        return self.down != before

    def lift(self) -> bool:
        """Lift it on all channels; return whether it was down."""
        before = self.down
        self._pedals.clear()
        self._holders.clear()
        return before
