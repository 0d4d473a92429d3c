"""The simulator as a ROS node: states out, commands in; ends by itself at the end of the song.

Live music has no length: with `session_s` it plays until it is interrupted, then it scores and writes as for a song.
"""

import sys
import threading
import time

import numpy as np
from numpy.typing import NDArray
from rclpy.node import Node
from rosgraph_msgs.msg import Clock
from sensor_msgs.msg import JointState
from trajectory_msgs.msg import JointTrajectory

from pianomime_core.errors import UnsafeError
from pianomime_core.keyboard import KEY_NAMES
from pianomime_core.ros_diagnostics import Diagnostics, Health
from pianomime_core.ros_main import prefer_prompt_replies, run
from pianomime_core.ros_messages import (
    GOAL_NAMES,
    SUSTAIN,
    MessageError,
    NameOrder,
    NotFiniteError,
    joint_state,
    read_goal,
    read_joint_state,
    read_pedal,
    read_targets,
    stamp_of,
    step_of,
)
from pianomime_core.ros_parameters import refuse_undeclared
from pianomime_core.ros_qos import CLOCK, EVENTS, LATCHED, NEWEST
from pianomime_physics.observed_simulator import ObservedSimulator
from pianomime_physics.simulator import SimulatorState
from pianomime_sim import ros_health
from pianomime_sim.command_box import CommandBox
from pianomime_sim.playback import Playback
from pianomime_sim.ros_audience import Audience
from pianomime_sim.ros_display import Display
from pianomime_sim.ros_key_events import KeyEventWriter
from pianomime_sim.ros_outcome import Outcome
from pianomime_sim.ros_sim_parameters import declare_parameters
from pianomime_sim.ros_transport import TransportServer
from pianomime_sim.scoreboard import Scoreboard

SCORE_PERIOD_S = 0.5
MARKER_PERIOD_S = 0.1
BEGIN_PERIOD_S = 0.1
END_PERIOD_S = 0.05
FINAL_WAIT_S = 2.0
"""How long the end of the song waits for the last goal."""
COMPLAINT_PERIOD_S = 2.0


class SimNode:
    """Callbacks run in the executor, the song in a thread of its own; they meet in CommandBox and Scoreboard only."""

    def __init__(self) -> None:
        self.node = Node("sim_node")
        self._asked = asked = declare_parameters(self.node)
        self._transport = TransportServer(self.node, self._restart)
        refuse_undeclared(self.node)
        self._live = asked.session_steps is not None
        self._transport.offer(sync=asked.playback.sync, live=self._live)
        self._steps = asked.session_steps
        self._outcome = Outcome(self.node, asked.rollout, asked.score)
        self._simulator = ObservedSimulator(self._observe, asked.scene, self._is_heard)
        self._key_events = KeyEventWriter()
        self._joints = NameOrder(self._simulator.joint_names)
        self._targets = NameOrder(self._simulator.target_names, beside=(SUSTAIN,))
        self._keys = NameOrder(GOAL_NAMES)
        self._commands = CommandBox()
        self._stop = threading.Event()
        self._thread: threading.Thread | None = None
        self._failure: Exception | None = None
        self._song: tuple[NDArray[np.bool_], NDArray[np.bool_]] | None = None
        self._start: NDArray[np.float64] | None = None
        self._first = 0
        self._refused = 0
        self._ended_s: float | None = None
        self._finished = False
        self._connect()

    def _connect(self) -> None:
        node = self.node
        self._publish_hands = node.create_publisher(JointState, "/hands/joint_states", NEWEST)
        self._publish_keys = node.create_publisher(JointState, "/piano/joint_states", NEWEST)
        self._publish_key_events = node.create_publisher(JointState, "/piano/key_events", EVENTS)
        self._audience = Audience(
            node, self._asked.wait_for, self._publish_hands.topic_name, self._publish_key_events.topic_name
        )
        self._publish_clock = node.create_publisher(Clock, "/clock", CLOCK)
        self._diagnostics = Diagnostics(node, self._health)
        self._display = Display(node, self._simulator)
        node.create_subscription(JointTrajectory, "/piano/song", self._on_song, LATCHED)
        node.create_subscription(JointTrajectory, "/piano/goal", self._on_goal, NEWEST)
        node.create_subscription(JointState, "/hands/start", self._on_start, LATCHED)
        node.create_subscription(JointTrajectory, "/hands/command", self._on_command, NEWEST)
        node.create_timer(BEGIN_PERIOD_S, self._begin)
        node.create_timer(SCORE_PERIOD_S, self._report_score)
        node.create_timer(MARKER_PERIOD_S, self._report_markers)
        node.create_timer(END_PERIOD_S, self._look_for_end)

    @property
    def finished(self) -> bool:
        """True when the song is over, its last score delivered and its rollout written."""
        return self._finished

    def close(self) -> None:
        """Stop the physics and wait for it: this is the end of the music, with the score so far."""
        self._stop.set()
        if self._thread is None:
            if not self._finished:
                self.node.get_logger().warning("ended before the music began")
            return
        self._thread.join()
        if not self._finished and self._failure is None:
            if not self._live:
                played, steps = self._scoreboard.played, len(self._scoreboard.goal)
                self.node.get_logger().warning(f"ended at step {played} of {steps}: scored is what came before")
            self._end()

    def _on_song(self, message: JointTrajectory) -> None:
        try:
            song = read_goal(message, self._keys)
        except MessageError as error:
            self._refuse("/piano/song", error)
            return
        if not self._live:
            self._song, self._steps = song, len(song[0])
        self._begin()

    def _on_start(self, message: JointState) -> None:
        if self._thread is not None:
            return  # a controller that was started anew begins where the hands are
        try:
            self._start, _ = read_joint_state(message, self._joints, velocities=False)
            self._first = step_of(message.header.stamp)
        except MessageError as error:
            self._refuse("/hands/start", error)
            return
        self._begin()

    def _begin(self) -> None:
        if self._steps is None or self._start is None or self._thread is not None or not self._audience.is_there():
            return
        self._scoreboard = Scoreboard(self._steps, trim=self._live, first=self._first)
        if self._song is not None:
            self._scoreboard.expect(0, *self._song)
        self._playback = Playback(
            self._simulator,
            self._commands,
            self._scoreboard,
            self._asked.playback,
            self._publish,
            on_pedal=self._on_pedal,
            transport=self._transport.transport,
        )
        prefer_prompt_replies()
        what = "the session" if self._live else "the song"
        self.node.get_logger().info(f"{what} goes on at step {self._first}" if self._first else f"{what} begins")
        self._thread = threading.Thread(target=self._play, args=(self._start, self._steps), name="physics")
        self._thread.start()

    def _restart(self) -> str:
        """Play the song from step 0, with a new score; return why not, or an empty text. Nobody else has to be told:
        a state of step 0 is answered with its window, and a state before the last one begins the controller anew."""
        if self._thread is None or self._finished or self._failure is not None or not self._thread.is_alive():
            return "the song is not being played"
        if self._first:
            return f"this simulator took over at step {self._first} and does not know where the hands began"
        self._stop.set()
        self._thread.join()
        if self._failure is not None:
            return "the simulator has failed"
        self._stop.clear()
        self._thread = None
        self._commands = CommandBox()
        # The first message of a writer names all keys: whoever hears them lets go what was held.
        self._key_events = KeyEventWriter()
        self._transport.transport.pause(False)
        self._begin()
        return ""

    def _play(self, start: NDArray[np.float64], steps: int) -> None:
        try:
            self._playback.run(start, steps, self._stop, self._first)
        except Exception as error:
            self._failure = error

    def _publish(self, step: int, state: SimulatorState) -> None:
        """Called by the physics thread, so that a state is out at once whatever the executor is doing."""
        self._publish_clock.publish(Clock(clock=stamp_of(step)))
        names = self._simulator.joint_names
        keys, pedal = (*KEY_NAMES, SUSTAIN), float(self._playback.pedal)
        angles, velocities = np.append(state.key_angles, pedal), np.append(state.key_velocities, 0.0)
        self._publish_keys.publish(joint_state(keys, angles, velocities, step=step))
        self._publish_hands.publish(joint_state(names, state.joint_positions, state.joint_velocities, step=step))

    def _on_pedal(self, step: int, down: bool) -> None:
        """Called by the physics thread before the step in which the pedal moves."""
        self._publish_key_events.publish(self._key_events.pedal_message(step, down))

    def _is_heard(self) -> bool:
        """Called by the physics thread before each step."""
        return self._key_events.is_heard(self._publish_key_events.get_subscription_count())

    def _observe(self, state: SimulatorState) -> None:
        """Called by the physics thread within each step."""
        message = self._key_events.message(state)
        if message is not None:
            self._publish_key_events.publish(message)

    def _on_goal(self, message: JointTrajectory) -> None:
        if self._thread is None:
            return
        try:
            self._scoreboard.expect(step_of(message.header.stamp), *read_goal(message, self._keys))
        except MessageError as error:
            self._refuse("/piano/goal", error)

    def _on_command(self, message: JointTrajectory) -> None:
        try:
            step, targets = step_of(message.header.stamp), read_targets(message, self._targets)
            if self._thread is None or ((now := self._playback.now) is not None and step <= now[0]):
                self._commands.put(step, targets, read_pedal(message))
            # Else it answers a state of before the song was begun again.
        except NotFiniteError as error:
            raise UnsafeError(f"/hands/command: {error}") from error
        except MessageError as error:
            self._refuse("/hands/command", error)

    def _refuse(self, topic: str, error: MessageError) -> None:
        self._refused += 1
        self.node.get_logger().error(f"{topic} refused: {error}", throttle_duration_sec=COMPLAINT_PERIOD_S)

    def _report_score(self) -> None:
        if self._thread is not None:
            self._outcome.report(self._scoreboard, self._playback)

    def _health(self) -> Health:
        if self._thread is None:
            return ros_health.waiting(self._refused)
        return ros_health.playing(self._scoreboard, self._playback, self._refused)

    def _report_markers(self) -> None:
        if self._thread is not None and self._playback.now is not None:
            self._display.show(*self._playback.now, self._scoreboard.goal)

    def _look_for_end(self) -> None:
        if self._thread is None or self._thread.is_alive() or self._finished:
            return
        if self._failure is not None:
            raise self._failure
        if self._scoreboard.scored < self._scoreboard.played and not self._goal_is_late():
            return
        if self._scoreboard.scored < self._scoreboard.played:
            self.node.get_logger().warning(f"no goal came for step {self._scoreboard.scored}: the score ends there")
        self._end()

    def _end(self) -> None:
        assert self._start is not None
        asked = self._asked
        self._finished = True
        # The score first: a full disk does not take it with the rollout.
        self._outcome.finish(self._scoreboard, self._playback)
        self._outcome.write_rollout(
            self._scoreboard, self._playback, self._simulator, self._start, asked.playback.sync, asked.controller
        )

    def _goal_is_late(self) -> bool:
        """True when the last goal has been waited for long enough."""
        if self._ended_s is None:
            self._ended_s = time.monotonic()
        return time.monotonic() - self._ended_s > FINAL_WAIT_S


def main() -> int:
    """Run the node; see pianomime_core.ros_main for the exit codes."""
    return run(SimNode)


if __name__ == "__main__":
    sys.exit(main())
