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

"""A MIDI file as a ROS node: publishes the whole song once, then the goal window of every simulated step."""

import sys
from dataclasses import astuple, replace
from pathlib import Path
from typing import NamedTuple

from diagnostic_msgs.msg import DiagnosticArray
from rcl_interfaces.msg import SetParametersResult
from rclpy.parameter import Parameter
from sensor_msgs.msg import JointState
from std_srvs.srv import Trigger
from trajectory_msgs.msg import JointTrajectory

from pianomime_core import ros_topics as topics
from pianomime_core.errors import UserError, printable
from pianomime_core.goal_window import roll_window
from pianomime_core.instruments import choice
from pianomime_core.notes import Dropped
from pianomime_core.piano_roll import PianoRoll, piano_roll
from pianomime_core.ros_diagnostics import Diagnostics, Health
from pianomime_core.ros_goal import window_message
from pianomime_core.ros_main import prefer_prompt_replies, run
from pianomime_core.ros_messages import step_of
from pianomime_core.ros_named_numbers import MessageError
from pianomime_core.ros_node import WARNING_PERIOD_S, SteadyNode
from pianomime_core.ros_owner import Owners
from pianomime_core.ros_parameters import declare_count, declare_text, refuse_undeclared
from pianomime_core.ros_qos import LATCHED, NEWEST, overridable_publisher
from pianomime_core.ros_status_messages import read_status
from pianomime_core.setting import DESCRIPTION, Setting
from pianomime_core.song_file import load_song

REPEAT_PERIOD_S = 0.25


class Song(NamedTuple):
    """A song read from a file: title, piano roll, and the notes that a piano cannot play."""

    title: str
    roll: PianoRoll
    dropped: Dropped

    @property
    def steps(self) -> int:
        """Its length in control steps."""
        return len(self.roll.goal)


class MidiNode:
    """Answers every state with its goal window. Without states, before the song and while the simulator is gone, it
    repeats the last window. The next song can be selected while none is played.

    Each performance has a name in the messages (`header.frame_id`), so that its windows are not mixed up with others.
    """

    finished = False

    def __init__(self) -> None:
        self.node = SteadyNode("midi_node")
        midi = declare_text(
            self.node, "midi", "", "MIDI file to play, demonstration, or the name of a song in `songs`", read_only=False
        )
        songs = declare_text(
            self.node, "songs", "", "Folder of songs that may be called by their names; empty for none"
        )
        description = "Tracks to play, from 1, as in '2,3'; empty: what is for a piano"
        tracks = declare_text(self.node, "tracks", "", description, read_only=False)
        description = "Channels to play, 1 to 16, as in '1,2'; empty: all but drums"
        channels = declare_text(self.node, "channels", "", description, read_only=False)
        self._horizon = declare_count(
            self.node,
            "horizon_steps",
            40,
            "Rows of the goal window, 50 ms each; 11 in the paper",
            lowest=1,
            highest=400,
        )
        self._setting = Setting(
            declare_text(self.node, "setting", Setting.BENCHMARK, DESCRIPTION, legal=tuple(Setting))
        )
        refuse_undeclared(self.node)
        if not midi:
            raise UserError("midi_node parameter midi is empty: want the path of a MIDI file or demonstration")
        self._songs = Path(songs) if songs else None
        self._selection = {"midi": midi, "tracks": tracks, "channels": channels}
        self._chosen = self._read(**self._selection)
        self._performances = 0
        self._playing = False
        self._publish_song = self.node.create_publisher(JointTrajectory, topics.SONG, LATCHED)
        self._publish_goal = overridable_publisher(self.node, JointTrajectory, topics.GOAL, NEWEST)
        prefer_prompt_replies()
        self._begin()
        self._owners = Owners(self.node)
        self._owners.subscribe(JointState, topics.HAND_STATES, self._on_state, NEWEST)
        self._owners.subscribe(DiagnosticArray, topics.TRANSPORT, self._on_transport, LATCHED)
        self.node.create_service(Trigger, topics.PLAY, self._on_play)
        self.node.add_on_set_parameters_callback(self._on_parameters)
        self._repeat = self.node.create_timer(REPEAT_PERIOD_S, self._send)
        self._diagnostics = Diagnostics(self.node, self._health)

    def _read(self, midi: str, tracks: str, channels: str) -> Song:
        named = self._songs / f"{midi}.mid" if self._songs is not None else None
        path = named if named is not None and named.is_file() and not Path(midi).exists() else Path(midi)
        score = load_song(path, choice(tracks, channels), self._setting.reading)
        for remark in score.remarks:
            self.node.get_logger().info(f"{path.name!r} {remark}")
        roll = piano_roll(score)
        if self._setting is Setting.BENCHMARK:
            roll = replace(roll, notes=None)
        return Song(printable(score.title or path.name), roll, score.dropped)

    def _begin(self) -> None:
        """Publish the selected song and its first window, which starts the performance."""
        self._performances += 1
        self._song, self._step = self._chosen, 0
        self._performance = f"{self._song.title} ({self._performances})"
        self.node.get_logger().info(f"{self._song.title}: {self._song.steps} steps of 50 ms")
        message = window_message(roll_window(self._song.roll, 0, None), step=0)
        message.header.frame_id = self._performance
        self._publish_song.publish(message)
        self._send()

    def _on_parameters(self, parameters: list[Parameter]) -> SetParametersResult:
        """Read a song when it is selected, since that takes longer than a step may."""
        changes = {parameter.name: parameter.value for parameter in parameters if parameter.name in self._selection}
        if changes and self._playing:
            return SetParametersResult(successful=False, reason=f"{self._song.title!r} is being played")
        if changes:
            try:
                self._chosen = self._read(**(self._selection | changes))
            except UserError as error:
                return SetParametersResult(successful=False, reason=str(error))
            self._selection |= changes
        return SetParametersResult(successful=True)

    def _on_play(self, request: Trigger.Request, response: Trigger.Response) -> Trigger.Response:
        response.success = not self._playing
        if response.success:
            self._begin()
        text = f"{self._song.steps} steps" if response.success else f"is being played: call {topics.STOP} first"
        response.message = f"{self._song.title!r} {text}"
        return response

    def _on_transport(self, message: DiagnosticArray) -> None:
        """Stop publishing when a song is over: a node that starts later must not receive its last window."""
        try:
            playing = bool(read_status(message, "transport").get("playing", False))
        except MessageError as error:
            self._refuse(topics.TRANSPORT, error)
            return
        if self._playing and not playing:
            self._step = self._song.steps
        self._playing = playing

    def close(self) -> None:
        """Nothing runs besides the executor."""

    def _on_state(self, message: JointState) -> None:
        self._repeat.reset()
        try:
            self._step = step_of(message.header.stamp)
        except MessageError as error:
            self._refuse(topics.HAND_STATES, error)
            return
        self._send()

    def _refuse(self, topic: str, error: MessageError) -> None:
        name = self.node.resolve_topic_name(topic)
        self.node.get_logger().error(f"{name} refused: {error}", throttle_duration_sec=WARNING_PERIOD_S)

    def _send(self) -> None:
        step = self._step
        if step >= self._song.steps:
            return
        message = window_message(roll_window(self._song.roll, step, self._horizon), step=step)
        message.header.frame_id = self._performance
        self._publish_goal.publish(message)

    def _health(self) -> Health:
        song = self._song
        values = {"step": self._step, "steps": song.steps, "horizon_steps": self._horizon}
        dropped = sum(astuple(song.dropped))
        warnings = (*((f"played without {song.dropped}",) if dropped else ()), *self._owners.warnings())
        return Health(self._step, values | {"dropped_notes": dropped}, "playing" if self._step else "", warnings)


def main() -> int:
    """Run the node; see pianomime_core.ros_main for the exit codes."""
    return run(MidiNode)


if __name__ == "__main__":
    sys.exit(main())
