"""The simulator as a ROS node: states out, commands in; ends by itself at the end of the song, or waits for the next.

Live music has no length: with `session_s` it plays until it is interrupted, then it scores and writes as for a song.
"""

import sys
import threading
import time

import numpy as np
from numpy.typing import NDArray
from sensor_msgs.msg import JointState
from trajectory_msgs.msg import JointTrajectory

from pianomime_core import ros_topics as topics
from pianomime_core.errors import UnsafeError
from pianomime_core.ros_claim import Claim
from pianomime_core.ros_diagnostics import Diagnostics, Health
from pianomime_core.ros_main import prefer_prompt_replies, run
from pianomime_core.ros_messages import (
    GOAL_NAMES,
    SUSTAIN,
    MessageError,
    NameOrder,
    NotFiniteError,
    read_goal,
    read_joint_state,
    read_pedal,
    read_targets,
    step_of,
)
from pianomime_core.ros_node import WARNING_PERIOD_S, SteadyNode
from pianomime_core.ros_owner import GRAPH_PERIOD_S, Owners
from pianomime_core.ros_parameters import refuse_undeclared
from pianomime_core.ros_prefixes import prefixed
from pianomime_core.ros_qos import LATCHED, NEWEST
from pianomime_physics.observed_simulator import ObservedSimulator
from pianomime_physics.simulator import SimulatorState
from pianomime_sim import ros_health
from pianomime_sim.command_buffer import CommandBuffer
from pianomime_sim.cue import Cue
from pianomime_sim.playback import Playback
from pianomime_sim.ros_display import Display
from pianomime_sim.ros_playback_control import PlaybackControlServer
from pianomime_sim.ros_publisher_conflicts import PublisherConflicts
from pianomime_sim.ros_score_reporter import ScoreReporter
from pianomime_sim.ros_sim_parameters import declare_parameters
from pianomime_sim.ros_states import StatePublisher
from pianomime_sim.ros_subscriber_gate import SubscriberGate
from pianomime_sim.scoreboard import Scoreboard

SCORE_PERIOD_S = 0.5
MARKER_PERIOD_S = 0.1
BEGIN_PERIOD_S = 0.1
END_PERIOD_S = 0.05
FINAL_WAIT_S = 2.0
"""How long the end of the song waits for the last goal."""


class SimNode:
    """Callbacks run in the executor, the song in a thread of its own; they share CommandBuffer and Scoreboard only."""

    def __init__(self) -> None:
        self.node = SteadyNode("sim_node")
        self._asked = asked = declare_parameters(self.node)
        self._control = PlaybackControlServer(self.node, self._restart, self._cancel)
        refuse_undeclared(self.node)
        self._live = asked.session_steps is not None
        self._control.offer(sync=asked.playback.sync, live=self._live)
        self._score_reporter = ScoreReporter(self.node, asked.rollout, asked.score)
        self._states = StatePublisher(self.node)
        self._simulator = ObservedSimulator(self._states.observe, asked.scene, self._states.has_subscribers)
        self._joints = NameOrder(prefixed(asked.joint_prefix, self._simulator.joint_names))
        self._targets = NameOrder(prefixed(asked.joint_prefix, self._simulator.target_names), beside=(SUSTAIN,))
        self._keys = NameOrder(GOAL_NAMES)
        self._commands = CommandBuffer()
        self._stop = threading.Event()
        self._thread: threading.Thread | None = None
        self._failure: Exception | None = None
        self._cue = Cue(asked.session_steps)
        self._cancelled = False
        self._refused = 0
        self._diagnostics: Diagnostics | None = None
        self._ended_s: float | None = None
        self._finished = False
        self._connect()

    def _connect(self) -> None:
        node = self.node
        self._owners = Owners(node)
        self._claim = Claim(node, JointState, topics.HAND_STATES, NEWEST, self._owners.liveliness)
        self._conflicts = PublisherConflicts(node, self._owners, (topics.HAND_STATES, topics.KEY_STATES))
        self._states.connect(self._claim.publisher, self._joints.names)
        self._subscriber_gate = SubscriberGate(node, self._asked.wait_for, *self._states.awaited_topics)
        self._display = Display(node, self._simulator, self._asked.joint_prefix, self._asked.frame_prefix)
        self._owners.subscribe(JointTrajectory, topics.SONG, self._on_song, LATCHED)
        self._owners.subscribe(JointTrajectory, topics.GOAL, self._on_goal, NEWEST)
        self._owners.subscribe(JointState, topics.START, self._on_start, LATCHED)
        self._owners.subscribe(JointTrajectory, topics.COMMAND, self._on_command, NEWEST)
        node.create_timer(BEGIN_PERIOD_S, self._begin)
        node.create_timer(SCORE_PERIOD_S, self._report_score)
        node.create_timer(MARKER_PERIOD_S, self._report_markers)
        node.create_timer(END_PERIOD_S, self._check_for_end)
        node.create_timer(GRAPH_PERIOD_S, self._check_for_conflicts)

    @property
    def finished(self) -> bool:
        """True when the song is over, its last score delivered and its rollout written."""
        return self._finished

    def close(self) -> None:
        """Stop the physics and wait for it: this is the end of the music, with the score so far."""
        self._stop.set()
        if self._thread is None:
            if not (self._finished or self._asked.stay):
                self.node.get_logger().warning("ended before the music began")
            return
        self._thread.join()
        if not self._finished and self._failure is None:
            if not self._live:
                played, steps = self._scoreboard.played, len(self._scoreboard.goal)
                self.node.get_logger().warning(f"ended at step {played} of {steps}: scored is what came before")
            self._end()

    def _on_song(self, message: JointTrajectory) -> None:
        if self._thread is not None:
            return  # its source was started anew
        try:
            self._cue.take_song(message.header.frame_id, *read_goal(message, self._keys))
        except MessageError as error:
            self._refuse(topics.SONG, error)
            return
        self._begin()

    def _on_start(self, message: JointState) -> None:
        if self._thread is not None:
            return  # a controller that was started anew begins where the hands are
        try:
            start, _ = read_joint_state(message, self._joints, velocities=False)
            self._cue.take_start(message.header.frame_id, start, step_of(message.header.stamp))
        except MessageError as error:
            self._refuse(topics.START, error)
            return
        self._begin()

    def _begin(self) -> None:
        cue = self._cue
        if not self._is_alone() or self._thread is not None or not cue.is_complete:
            return
        if self._conflicts.exist() or not self._subscriber_gate.is_open():
            return
        assert cue.steps is not None
        self._scoreboard = Scoreboard(cue.steps, trim=self._live, first=cue.first)
        if cue.song is not None:
            self._scoreboard.expect(0, *cue.song)
        self._playback = Playback(
            self._simulator,
            self._commands,
            self._scoreboard,
            self._asked.playback,
            self._publish,
            on_pedal=self._states.pedal,
            control=self._control.control,
        )
        prefer_prompt_replies()
        what = "the session" if self._live else "the song"
        self.node.get_logger().info(f"{what} goes on at step {cue.first}" if cue.first else f"{what} begins")
        self._thread = threading.Thread(target=self._play, args=(cue.start, cue.steps, cue.first), name="physics")
        self._thread.start()
        self._control.set_playing(True)

    def _cancel(self) -> str:
        """End the song where it is, with the score so far; return why not, or an empty text."""
        if self._thread is None or self._finished or not self._thread.is_alive():
            return "no song is being played"
        self._cancelled = True
        self._stop.set()
        self._control.control.pause(False)
        return ""

    def _is_alone(self) -> bool:
        """False until no other simulator can be there; from then on this one says that it lives."""
        if self._diagnostics is None and (self._asked.takes_over or self._claim.is_granted()):
            self._diagnostics = Diagnostics(self.node, self._health)
            self._diagnostics.report()
        return self._diagnostics is not None

    def _restart(self) -> str:
        """Play the song from step 0, with a new score; return why not, or an empty text. Nobody else has to be told:
        a state of step 0 is answered with its window, and a state before the last one begins the controller anew."""
        if first := self._cue.first:
            return f"this simulator took over at step {first} and does not know where the hands began"
        if self._thread is None and self._cue.repeat():
            self._begin()
            return ""
        if self._thread is None or self._finished or self._failure is not None or not self._thread.is_alive():
            return "the song is not being played"
        self._stop.set()
        self._thread.join()
        if self._failure is not None:
            return "the simulator has failed"
        self._make_ready()
        self._begin()
        return ""

    def _make_ready(self) -> None:
        """For another performance, after the end of the thread."""
        self._stop.clear()
        self._thread = self._ended_s = None
        self._cancelled = False
        self._commands = CommandBuffer()
        self._states.reset()
        self._control.control.pause(False)

    def _play(self, start: NDArray[np.float64], steps: int, first: int) -> None:
        try:
            self._playback.run(start, steps, self._stop, first)
            if self._asked.stay and (self._cancelled or not self._stop.is_set()):
                self._playback.lift()
        except Exception as error:
            self._failure = error

    def _publish(self, step: int, state: SimulatorState) -> None:
        self._states.publish(step, state, self._playback.pedal)

    def _on_goal(self, message: JointTrajectory) -> None:
        if self._thread is None or self._playback.now is None or not self._cue.is_of(message.header.frame_id):
            return
        try:
            step, goal = step_of(message.header.stamp), read_goal(message, self._keys)
            if step > self._playback.now[0]:
                raise MessageError(f"step {step} is yet to come, the song is at {self._playback.now[0]}")
            self._scoreboard.expect(step, *goal)
        except MessageError as error:
            self._refuse(topics.GOAL, error)

    def _on_command(self, message: JointTrajectory) -> None:
        try:
            step, targets = step_of(message.header.stamp), read_targets(message, self._targets)
            # Else it answers nothing, or a state of before the song was begun again.
            if self._thread is not None and (now := self._playback.now) is not None and step <= now[0]:
                self._commands.put(step, targets, read_pedal(message))
        except NotFiniteError as error:
            raise UnsafeError(f"{self.node.resolve_topic_name(topics.COMMAND)}: {error}") from error
        except MessageError as error:
            self._refuse(topics.COMMAND, error)

    def _refuse(self, topic: str, error: MessageError) -> None:
        self._refused += 1
        name = self.node.resolve_topic_name(topic)
        self.node.get_logger().error(f"{name} refused: {error}", throttle_duration_sec=WARNING_PERIOD_S)

    def _report_score(self) -> None:
        if self._thread is not None:
            self._score_reporter.report(self._scoreboard, self._playback)

    def _health(self) -> Health:
        refused, conflicts = self._refused + self._owners.refused, self._conflicts.warnings()
        if self._thread is None:
            return ros_health.waiting(refused, conflicts)
        return ros_health.playing(self._scoreboard, self._playback, refused, conflicts)

    def _check_for_conflicts(self) -> None:
        if self._thread is not None and self._thread.is_alive():
            self._conflicts.check()

    def _report_markers(self) -> None:
        if self._thread is not None and self._playback.now is not None:
            self._display.publish(*self._playback.now, self._scoreboard.goal)

    def _check_for_end(self) -> None:
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
        asked, start = self._asked, self._cue.start
        assert start is not None
        self._finished = True
        # The score first: a full disk does not take it with the rollout.
        self._score_reporter.finish(self._scoreboard, self._playback)
        self._score_reporter.write_rollout(
            self._scoreboard, self._playback, self._simulator, start, asked.playback.sync, asked.controller
        )
        self._finished = not asked.stay
        self._cue.finish()
        if asked.stay:
            self._make_ready()
        self._control.set_playing(False)

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
