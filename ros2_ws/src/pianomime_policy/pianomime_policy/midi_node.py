"""A MIDI file as a ROS node: the whole song once, then the goal window of every step the simulator comes to."""

import sys
from dataclasses import astuple
from pathlib import Path

from rclpy.node import Node
from sensor_msgs.msg import JointState
from trajectory_msgs.msg import JointTrajectory

from pianomime_core.errors import UserError
from pianomime_core.goal_window import roll_window
from pianomime_core.instruments import choice
from pianomime_core.piano_roll import piano_roll
from pianomime_core.ros_diagnostics import Diagnostics, Health
from pianomime_core.ros_main import prefer_prompt_replies, run
from pianomime_core.ros_messages import MessageError, goal_message, step_of
from pianomime_core.ros_parameters import declare_count, declare_text, refuse_undeclared
from pianomime_core.ros_qos import LATCHED, NEWEST
from pianomime_core.song_file import load_song

REPEAT_PERIOD_S = 0.25


class MidiNode:
    """Answers every state with its window; without states, before the song and while the simulator is gone, says the
    last window again and again."""

    finished = False

    def __init__(self) -> None:
        self.node = Node("midi_node")
        midi = declare_text(self.node, "midi", "", "MIDI file to play, or demonstration")
        tracks = declare_text(self.node, "tracks", "", "Tracks to play, from 1, as in 2,3; empty: what is for a piano")
        channels = declare_text(self.node, "channels", "", "Channels to play, 1 to 16, as in 1,2; empty: all")
        self._horizon = declare_count(
            self.node,
            "horizon_steps",
            40,
            "Rows of the goal window, 50 ms each; 11 in the paper",
            lowest=1,
            highest=400,
        )
        refuse_undeclared(self.node)
        if not midi:
            raise UserError("midi_node parameter midi is empty: want the path of a MIDI file or demonstration")
        score = load_song(Path(midi), choice(tracks, channels))
        for remark in score.remarks:
            self.node.get_logger().info(f"{Path(midi).name} {remark}")
        self._roll = piano_roll(score)
        self._dropped = score.dropped
        self._steps = len(self._roll.goal)
        self._step = 0
        self.node.get_logger().info(f"{score.title or Path(midi).name}: {self._steps} steps of 50 ms")
        self._publish_song = self.node.create_publisher(JointTrajectory, "/piano/song", LATCHED)
        self._publish_goal = self.node.create_publisher(JointTrajectory, "/piano/goal", NEWEST)
        prefer_prompt_replies()
        self._publish_song.publish(goal_message(*roll_window(self._roll, 0, None), step=0))
        self.node.create_subscription(JointState, "/hands/joint_states", self._on_state, NEWEST)
        self._repeat = self.node.create_timer(REPEAT_PERIOD_S, self._send)
        self._diagnostics = Diagnostics(self.node, self._health)

    def close(self) -> None:
        """Nothing runs beside the executor."""

    def _on_state(self, message: JointState) -> None:
        self._repeat.reset()
        try:
            self._step = step_of(message.header.stamp)
        except MessageError as error:
            self.node.get_logger().error(f"/hands/joint_states refused: {error}", throttle_duration_sec=2.0)
            return
        self._send()

    def _send(self) -> None:
        step = self._step
        if step >= self._steps:
            return
        self._publish_goal.publish(goal_message(*roll_window(self._roll, step, self._horizon), step=step))

    def _health(self) -> Health:
        values = {"step": self._step, "steps": self._steps, "horizon_steps": self._horizon}
        dropped = sum(astuple(self._dropped))
        warnings = (f"played without {self._dropped}",) if dropped else ()
        return Health(self._step, values | {"dropped_notes": dropped}, "playing" if self._step else "", warnings)


def main() -> int:
    """Run the node; see pianomime_core.ros_main for the exit codes."""
    return run(MidiNode)


if __name__ == "__main__":
    sys.exit(main())
