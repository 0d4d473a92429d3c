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

"""The simulator as a ROS node: states out, commands in; ends after the song, or waits for the next.

Live music has no length: with `session_s` it plays until it is interrupted, then it scores and writes as for a song.
"""

import sys

from sensor_msgs.msg import JointState

from pianomime_core import ros_topics as topics
from pianomime_core.ros_claim import Claim
from pianomime_core.ros_diagnostics import Diagnostics, Health
from pianomime_core.ros_main import prefer_prompt_replies, run
from pianomime_core.ros_node import SteadyNode
from pianomime_core.ros_owner import GRAPH_PERIOD_S, Owners
from pianomime_core.ros_parameters import refuse_undeclared
from pianomime_core.ros_prefixes import prefixed
from pianomime_core.ros_qos import NEWEST
from pianomime_physics.observed_simulator import ObservedSimulator
from pianomime_sim import ros_health
from pianomime_sim.command_buffer import CommandBuffer
from pianomime_sim.cue import Cue
from pianomime_sim.physics_thread import PhysicsThread
from pianomime_sim.playback import Playback
from pianomime_sim.ros_display import Display
from pianomime_sim.ros_inbox import Inbox
from pianomime_sim.ros_playback_control import PlaybackControlServer
from pianomime_sim.ros_publisher_conflicts import PublisherConflicts
from pianomime_sim.ros_score_reporter import ScoreReporter
from pianomime_sim.ros_sim_parameters import declare_parameters
from pianomime_sim.ros_states import StatePublisher
from pianomime_sim.ros_subscriber_gate import SubscriberGate
from pianomime_sim.ros_waiting import Waiting
from pianomime_sim.scoreboard import Scoreboard

SCORE_PERIOD_S = 0.5
MARKER_PERIOD_S = 0.1
BEGIN_PERIOD_S = 0.1
END_PERIOD_S = 0.05


class SimNode:
    """Callbacks run in the executor, the song in a `PhysicsThread`."""

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
        self._physics: PhysicsThread | None = None
        self._cue = Cue(asked.session_steps)
        self._diagnostics: Diagnostics | None = None
        self._finished = False
        self._connect()

    def _connect(self) -> None:
        node = self.node
        joints, targets = (
            prefixed(self._asked.joint_prefix, names)
            for names in (self._simulator.joint_names, self._simulator.target_names)
        )
        self._inbox = Inbox(node, joints, targets, self._cue, lambda: self._physics, self._begin)
        self._owners = Owners(node)
        self._claim = Claim(node, JointState, topics.HAND_STATES, NEWEST, self._owners.liveliness)
        self._conflicts = PublisherConflicts(node, self._owners, (topics.HAND_STATES, topics.KEY_STATES))
        self._states.connect(self._claim.publisher, joints)
        self._subscriber_gate = SubscriberGate(node, self._asked.wait_for, *self._states.awaited_topics)
        self._waiting = Waiting(node)
        self._display = Display(node, self._simulator, self._asked.joint_prefix, self._asked.frame_prefix)
        self._inbox.subscribe(self._owners)
        node.create_timer(BEGIN_PERIOD_S, self._begin)
        node.create_timer(SCORE_PERIOD_S, self._report_score)
        node.create_timer(MARKER_PERIOD_S, self._report_markers)
        node.create_timer(END_PERIOD_S, self._check_for_end)
        node.create_timer(GRAPH_PERIOD_S, self._check_for_conflicts)

    @property
    def finished(self) -> bool:
        """Return whether the song is over, with its last score published and its rollout written."""
        return self._finished

    def close(self) -> None:
        """Stop the physics and score what was played so far."""
        physics = self._physics
        if physics is None:
            if not (self._finished or self._asked.stay):
                self.node.get_logger().warning("ended before the music began")
            return
        physics.end()
        if not self._finished and physics.failure is None:
            if not self._live:
                played, steps = physics.scoreboard.played, len(physics.scoreboard.goal)
                self.node.get_logger().warning(f"ended at step {played} of {steps}: scored is what came before")
            self._end(physics)

    def _begin(self) -> None:
        if self._physics is not None:
            return
        awaited = self._awaited()
        self._waiting.update(awaited)
        if awaited:
            return
        cue = self._cue
        assert cue.steps is not None
        assert cue.start is not None
        scoreboard, commands = Scoreboard(cue.steps, trim=self._live, first=cue.first), CommandBuffer()
        if cue.song is not None:
            scoreboard.expect(0, *cue.song)
        playback = Playback(
            self._simulator,
            commands,
            scoreboard,
            self._asked.playback,
            lambda step, state: self._states.publish(step, state, playback.pedal),
            on_pedal=self._states.pedal,
            control=self._control.control,
        )
        prefer_prompt_replies()
        what = "the session" if self._live else "the song"
        self.node.get_logger().info(f"{what} goes on at step {cue.first}" if cue.first else f"{what} begins")
        self._physics = PhysicsThread(playback, scoreboard, commands, lift=self._asked.stay)
        self._physics.begin(cue.start, cue.steps, cue.first)
        self._control.set_playing(True)

    def _awaited(self) -> str:
        """Return what keeps the song from beginning, in words; empty if nothing does."""
        if not self._is_alone():
            return "certainty that no other simulator plays here"
        if not self._cue.is_complete:
            return self._cue.awaited
        if self._conflicts.exist():
            return "other publishers to leave"
        return "" if self._subscriber_gate.is_open() else "subscribers of the robot's state"

    def _cancel(self) -> str:
        """End the song at its current step; return the reason if that fails, else an empty text."""
        if self._physics is None or self._finished or not self._physics.is_going_on:
            return "no song is being played"
        self._physics.cancel()
        self._control.control.pause(False)
        return ""

    def _is_alone(self) -> bool:
        """Return False until another simulator is ruled out; from then on this one reports that it is alive."""
        if self._diagnostics is None and (self._asked.takes_over or self._claim.is_granted()):
            self._diagnostics = Diagnostics(self.node, self._health)
            self._diagnostics.report()
        return self._diagnostics is not None

    def _restart(self) -> str:
        """Play the song from step 0, with a new score; return the reason if that fails, else an empty text. The other
        nodes follow by themselves: a state of step 0 is answered with its window, and an earlier state restarts the
        controller."""
        if first := self._cue.first:
            return f"this simulator took over at step {first} and does not know where the hands began"
        physics = self._physics
        if physics is None and self._cue.repeat():
            self._begin()
            return ""
        if physics is None or self._finished or not physics.is_going_on:
            return "the song is not being played"
        physics.end()
        if physics.failure is not None:
            return "the simulator has failed"
        self._make_ready()
        self._begin()
        return ""

    def _make_ready(self) -> None:
        """Prepare for another performance."""
        self._physics = None
        self._states.reset()
        self._control.control.pause(False)

    def _report_score(self) -> None:
        if self._physics is not None:
            self._score_reporter.report(self._physics.scoreboard, self._physics.playback)

    def _health(self) -> Health:
        refused, conflicts = self._inbox.refused + self._owners.refused, self._conflicts.warnings()
        if self._physics is None:
            return ros_health.waiting(refused, conflicts)
        return ros_health.playing(self._physics.scoreboard, self._physics.playback, refused, conflicts)

    def _check_for_conflicts(self) -> None:
        if self._physics is not None and self._physics.is_going_on:
            self._conflicts.check()

    def _report_markers(self) -> None:
        if self._physics is not None and self._physics.playback.now is not None:
            self._display.publish(*self._physics.playback.now, self._physics.scoreboard.goal)

    def _check_for_end(self) -> None:
        physics = self._physics
        if physics is None or physics.is_going_on or self._finished:
            return
        if physics.failure is not None:
            raise physics.failure
        board = physics.scoreboard
        if board.scored < board.played and not physics.goal_is_late():
            return
        if board.scored < board.played:
            self.node.get_logger().warning(f"no goal came for step {board.scored}: the score ends there")
        self._end(physics)

    def _end(self, physics: PhysicsThread) -> None:
        asked, start = self._asked, self._cue.start
        board, playback = physics.scoreboard, physics.playback
        assert start is not None
        self._finished = True
        # The score first: a full disk does not take it with the rollout.
        self._score_reporter.finish(board, playback)
        self._score_reporter.write_rollout(
            board, playback, self._simulator, start, asked.playback.sync, asked.controller
        )
        self._finished = not asked.stay
        self._cue.finish()
        if asked.stay:
            self._make_ready()
        self._control.set_playing(False)


def main() -> int:
    """Run the node; see pianomime_core.ros_main for the exit codes."""
    return run(SimNode)


if __name__ == "__main__":
    sys.exit(main())
