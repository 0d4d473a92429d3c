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

"""A live MIDI keyboard as a ROS node: publishes the goal window of every step, in place of midi_node."""

import sys
from collections.abc import Callable

from sensor_msgs.msg import JointState
from trajectory_msgs.msg import JointTrajectory

from pianomime_core import ros_topics as topics
from pianomime_core.ros_diagnostics import Diagnostics, Health
from pianomime_core.ros_goal import window_message
from pianomime_core.ros_main import prefer_prompt_replies, run
from pianomime_core.ros_messages import step_of
from pianomime_core.ros_named_numbers import MessageError
from pianomime_core.ros_node import SteadyNode
from pianomime_core.ros_owner import Owners
from pianomime_core.ros_parameters import declare_count, declare_number, declare_switch, declare_text, refuse_undeclared
from pianomime_core.ros_qos import NEWEST, overridable_publisher
from pianomime_core.setting import DESCRIPTION, Setting
from pianomime_core.timing import FRAMES_PER_SECOND
from pianomime_midi.keyboard_events import KeyboardConfig, KeyboardEvents
from pianomime_midi.live_goal import live_goal
from pianomime_midi.live_music import PORT_POLL_PERIOD_S, LiveMusic
from pianomime_midi.midi_input import MidiInput

FIRST_WINDOW_PERIOD_S = 0.25


class LiveNode:
    """Publishes silence until the simulator has begun, then answers every state with a goal window.

    Args:
        open_port: Opens the MIDI port, as `MidiInput` does.

    The port's thread stamps messages; everything else happens in the single thread of the executor.
    """

    finished = False

    def __init__(self, open_port: Callable[..., MidiInput] = MidiInput) -> None:
        self.node = node = SteadyNode("live_node")
        self._log = node.get_logger()
        port = declare_text(node, "port", "", "MIDI port to listen to, by name or a part of it; empty for the only one")
        virtual = declare_text(node, "virtual", "", "MIDI port to make, for other programs; empty for none")
        delay_s = declare_number(
            node,
            "delay_s",
            2.0,
            "Seconds from a key to the robot's: what the controller sees ahead, or 0 to play along",
            lowest=0.0,
            highest=20.0,
        )
        channel = declare_count(node, "channel", 0, "The only MIDI channel to use; 0 for all", lowest=0, highest=16)
        transpose = declare_count(node, "transpose", 0, "Semitones to add", lowest=-88, highest=88)
        longest_note_s = declare_number(
            node, "longest_note_s", 30.0, "Seconds after which a held key is let go", lowest=0.5, highest=600.0
        )
        wait = declare_switch(node, "wait_for_port", False, "Wait for a port that is not there, instead of ending")
        setting = Setting(declare_text(node, "setting", Setting.BENCHMARK, DESCRIPTION, legal=tuple(Setting)))
        refuse_undeclared(node)
        config = KeyboardConfig(channel=channel or None, transpose=transpose, longest_note_s=longest_note_s)
        self._music = LiveMusic(
            open_port(port, virtual, wait=wait),
            KeyboardEvents(config, self._log.warning),
            live_goal(round(delay_s * FRAMES_PER_SECOND), setting),
        )
        self._step = 0
        if (opened := self._music.port).connected:
            self._log.info(f"{'open for' if virtual else 'listening to'} MIDI at {opened.name!r}")
        else:
            self._log.warning(f"MIDI port {opened.name!r} is not there: waiting for it")
        self._publish_goal = overridable_publisher(node, JointTrajectory, topics.GOAL, NEWEST)
        prefer_prompt_replies()
        self._owners = Owners(node)
        self._states = self._owners.subscribe(JointState, topics.HAND_STATES, self._on_state, NEWEST)
        self._first = node.create_timer(FIRST_WINDOW_PERIOD_S, lambda: self._send(0))
        node.create_timer(PORT_POLL_PERIOD_S, self._poll_port)
        self._diagnostics = Diagnostics(node, self._health)

    def close(self) -> None:
        """Close the port."""
        self._music.close()

    def _on_state(self, message: JointState) -> None:
        self._first.cancel()
        try:
            step = step_of(message.header.stamp)
        except MessageError as error:
            self._log.error(f"{self._states.topic_name} refused: {error}", throttle_duration_sec=2.0)
            return
        if self._step == 0 < step:
            self._log.info("the robot listens: play, and end with Ctrl-C")
        self._step = step
        self._send(step)

    def _send(self, step: int) -> None:
        self._publish_goal.publish(window_message(self._music.window(step), step=step))

    def _poll_port(self) -> None:
        if not (words := self._music.poll()):
            return
        if self._music.port.connected:
            self._log.info(words)
        else:
            self._log.warning(words)

    def _health(self) -> Health:
        keyboard, port = self._music.keyboard, self._music.port
        values = {
            "heard_notes": keyboard.received,
            "dropped_notes": keyboard.outside,
            "stuck_notes": keyboard.stuck,
            "held_keys": len(keyboard.held),
            "unplugged": self._music.unplugged,
            "connected": int(port.connected),
        }
        causes = {
            f"MIDI port {port.name!r} is gone": not port.connected,
            f"{keyboard.outside} notes outside the 88 keys": keyboard.outside,
        }
        warnings = (*(words for words, is_so in causes.items() if is_so), *self._owners.warnings())
        return Health(self._step, values, "listening" if self._step else "waiting for the simulator", warnings)


def main() -> int:
    """Run the node; see pianomime_core.ros_main for the exit codes."""
    return run(LiveNode)


if __name__ == "__main__":
    sys.exit(main())
