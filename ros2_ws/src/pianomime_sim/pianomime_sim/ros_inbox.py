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

"""The simulator's subscriptions: song, start, goals and commands, matched by name; invalid messages are refused in one
line."""

from collections.abc import Callable

from rclpy.node import Node
from sensor_msgs.msg import JointState
from trajectory_msgs.msg import JointTrajectory

from pianomime_core import ros_topics as topics
from pianomime_core.errors import UnsafeError
from pianomime_core.ros_goal import GoalReader
from pianomime_core.ros_messages import SUSTAIN, read_joint_state, read_pedal, read_rows_per_step, read_targets, step_of
from pianomime_core.ros_named_numbers import MessageError, NameOrder, NotFiniteError
from pianomime_core.ros_node import WARNING_PERIOD_S
from pianomime_core.ros_owner import Owners
from pianomime_core.ros_qos import LATCHED, NEWEST
from pianomime_sim.command_buffer import OtherRowsError
from pianomime_sim.cue import BeyondEndError, Cue
from pianomime_sim.physics_thread import PhysicsThread


class Inbox:
    """Callbacks of the simulator's subscriptions.

    Args:
        node: Logs.
        joint_names: Names in a start message, in the simulator's order.
        target_names: Names in a command, in the simulator's order.
        cue: Receives song and start.
        physics: Returns the thread of the current performance, or None.
        begin: Called after a song or a start was accepted.

    Attributes:
        refused: Number of messages refused.
    """

    def __init__(
        self,
        node: Node,
        joint_names: tuple[str, ...],
        target_names: tuple[str, ...],
        cue: Cue,
        physics: Callable[[], PhysicsThread | None],
        begin: Callable[[], None],
    ) -> None:
        self.refused = 0
        self._node, self._cue, self._physics, self._begin = node, cue, physics, begin
        self._joints = NameOrder(joint_names)
        self._targets = NameOrder(target_names, beside=(SUSTAIN,))
        self._goals = GoalReader()

    def subscribe(self, owners: Owners) -> None:
        """Subscribe to one publisher per topic."""
        owners.subscribe(JointTrajectory, topics.SONG, self.on_song, LATCHED)
        owners.subscribe(JointTrajectory, topics.GOAL, self.on_goal, NEWEST)
        owners.subscribe(JointState, topics.START, self.on_start, LATCHED)
        owners.subscribe(JointTrajectory, topics.COMMAND, self.on_command, NEWEST)

    def on_song(self, message: JointTrajectory) -> None:
        """Accept the whole song; during a performance it is ignored, since it comes from a restarted source."""
        if self._physics() is not None:
            return
        try:
            song = self._goals.read(message)
            self._cue.take_song(message.header.frame_id, song.goal, song.sustain)
        except (MessageError, BeyondEndError) as error:
            self._refuse(topics.SONG, error)
            return
        self._begin()

    def on_start(self, message: JointState) -> None:
        """Accept the initial joint positions; during a performance they are ignored: a restarted controller begins
        with the current ones."""
        if self._physics() is not None:
            return
        try:
            start, _ = read_joint_state(message, self._joints, velocities=False)
            self._cue.take_start(message.header.frame_id, start, step_of(message.header.stamp))
        except (MessageError, BeyondEndError) as error:
            self._refuse(topics.START, error)
            return
        self._begin()

    def on_goal(self, message: JointTrajectory) -> None:
        """Use the rows of a goal window for scoring."""
        physics = self._physics()
        if physics is None or physics.playback.now is None or not self._cue.is_of(message.header.frame_id):
            return
        try:
            step, window = step_of(message.header.stamp), self._goals.read(message)
            if step > physics.playback.now[0]:
                raise MessageError(f"step {step} is yet to come, the song is at {physics.playback.now[0]}")
            physics.scoreboard.expect(step, window.goal, window.sustain)
        except MessageError as error:
            self._refuse(topics.GOAL, error)

    def on_command(self, message: JointTrajectory) -> None:
        """Accept the command for a state.

        Raises:
            UnsafeError: A number is not finite.
        """
        physics = self._physics()
        try:
            step, targets = step_of(message.header.stamp), read_targets(message, self._targets)
            # Otherwise it answers no state, or one from before the song was restarted.
            if physics is not None and (now := physics.playback.now) is not None and step <= now[0]:
                physics.commands.put(step, targets, read_pedal(message), read_rows_per_step(message))
        except NotFiniteError as error:
            raise UnsafeError(f"{self._node.resolve_topic_name(topics.COMMAND)}: {error}") from error
        except (MessageError, OtherRowsError) as error:
            self._refuse(topics.COMMAND, error)

    def _refuse(self, topic: str, error: MessageError | BeyondEndError | OtherRowsError) -> None:
        self.refused += 1
        name = self._node.resolve_topic_name(topic)
        self._node.get_logger().error(f"{name} refused: {error}", throttle_duration_sec=WARNING_PERIOD_S)
