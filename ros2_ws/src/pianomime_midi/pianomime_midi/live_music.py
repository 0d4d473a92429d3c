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

"""The music of a keyboard as goal windows: from the messages of a port to the rows of each control step. No ROS."""

import time
from collections.abc import Callable

from pianomime_core.goal_window import GoalRows
from pianomime_midi.keyboard_events import KeyboardEvents
from pianomime_midi.live_goal import LiveGoal
from pianomime_midi.midi_input import MidiInput

PORT_POLL_PERIOD_S = 0.5


class LiveMusic:
    """Port, keyboard and goal of a live session, in one thread; only the port stamps messages in a thread of its own.

    Args:
        port: The open port; closed by `close`.
        keyboard: Turns messages into note events.
        goal: Turns note events into goal windows.
        clock: The port's clock, in s.

    Attributes:
        port: The port.
        keyboard: What it received, and what it dropped.
        unplugged: How often the port has gone.
    """

    def __init__(
        self,
        port: MidiInput,
        keyboard: KeyboardEvents,
        goal: LiveGoal,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.port, self.keyboard, self._goal, self._clock = port, keyboard, goal, clock
        self.unplugged = 0

    def window(self, step: int) -> GoalRows:
        """Return the rows of `step`, which begins now. Notes before step 1 would come out late, so they are dropped."""
        now_s = self._clock()
        received = [event for message, time_s in self.port.read() for event in self.keyboard.receive(message, time_s)]
        for event in [*received, *self.keyboard.expire(now_s)] if step > 0 else ():
            self._goal.receive(event)
        return self._goal.window(step, now_s)

    def poll(self) -> str:
        """Return a line if the port has gone, in which case its keys are released, or has come back; otherwise ""."""
        if not self.port.poll():
            return ""
        if self.port.connected:
            return f"MIDI port {self.port.name!r} is back"
        self.unplugged += 1
        for event in self.keyboard.release_all(self._clock()):
            self._goal.receive(event)
        return f"MIDI port {self.port.name!r} is gone: its keys are released, waiting for it"

    def close(self) -> None:
        """Close the port."""
        self.port.close()
