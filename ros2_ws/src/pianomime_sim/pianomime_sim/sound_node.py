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

"""Plays what the robot presses at once, on this machine's audio device, on a MIDI port, or on both."""

import sys
from pathlib import Path

from sensor_msgs.msg import JointState

from pianomime_core import ros_topics as topics
from pianomime_core.errors import UserError
from pianomime_core.ros_main import run
from pianomime_core.ros_named_numbers import MessageError
from pianomime_core.ros_node import WARNING_PERIOD_S, SteadyNode
from pianomime_core.ros_owner import Owners
from pianomime_core.ros_parameters import declare_switch, declare_text, refuse_undeclared
from pianomime_core.ros_qos import EVENTS
from pianomime_sim.ros_key_events import KeyEventReader
from pianomime_sim.sound.event_scheduler import EventScheduler
from pianomime_sim.sound.instrument import Instrument
from pianomime_sim.sound.midi_out import MidiOut
from pianomime_sim.sound.speaker import Speaker


class SoundNode:
    """Plays /piano/key_events until it is stopped."""

    finished = False

    def __init__(self) -> None:
        self.node = SteadyNode("sound_node")
        speaker = declare_switch(self.node, "speaker", True, "Play on the default audio device")
        soundfont = declare_text(
            self.node, "soundfont", "", "Soundfont for the speaker (.sf2, .sf3); empty for the bundled one"
        )
        port = declare_text(self.node, "midi_out", "", "MIDI port to play on, by name or part of it; empty for none")
        virtual = declare_text(
            self.node, "virtual_midi_out", "", "Virtual MIDI port to create and play on; empty for none"
        )
        refuse_undeclared(self.node)
        if not (speaker or port or virtual):
            raise UserError("sound_node has nothing to play on: set speaker, midi_out or virtual_midi_out")
        instruments: list[Instrument] = []
        if port or virtual:
            instruments.append(MidiOut(port, virtual))
        if speaker:
            instruments.append(Speaker(Path(soundfont) if soundfont else None))
        self._scheduler = EventScheduler(instruments)
        self._reader = KeyEventReader()
        self._owners = Owners(self.node)
        self._events = self._owners.subscribe(JointState, topics.KEY_EVENTS, self._on_events, EVENTS)

    def close(self) -> None:
        """Play pending events and close the outputs."""
        self._scheduler.close()

    def _on_events(self, message: JointState) -> None:
        try:
            events = self._reader.events(message)
        except MessageError as error:
            self.node.get_logger().error(
                f"{self._events.topic_name} refused: {error}", throttle_duration_sec=WARNING_PERIOD_S
            )
            return
        for event in events:
            self._scheduler.play(event)


def main() -> int:
    """Run the node; see pianomime_core.ros_main for the exit codes."""
    return run(SoundNode)


if __name__ == "__main__":
    sys.exit(main())
