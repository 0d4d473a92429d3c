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

"""A controller as a managed (life-cycle) ROS node: goals and states in, commands out.

Life cycle: configure builds the controller and compiles its kernels, activate connects it to the graph, deactivate
disconnects it, cleanup drops it. Shutdown does so from any state; the process then stays silent until it is stopped,
since a supervisor of the graph would restart it otherwise. With `autostart` (the default) the node goes through the
first two by itself, so that plain `ros2 run` and launch files need no life-cycle manager.
"""

import sys
import time
from collections.abc import Callable
from contextlib import ExitStack
from copy import copy
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from rclpy.lifecycle import LifecycleNode, LifecyclePublisher, LifecycleState, TransitionCallbackReturn
from sensor_msgs.msg import JointState
from trajectory_msgs.msg import JointTrajectory
from visualization_msgs.msg import MarkerArray

from pianomime_core import ros_topics as topics
from pianomime_core.errors import UnsafeError
from pianomime_core.hands import FOREARM_DOFS
from pianomime_core.keyboard import KEY_NAMES
from pianomime_core.latency_percentiles import LatencyPercentiles
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
    read_goal_velocity,
    read_joint_state,
    step_of,
    targets_message,
)
from pianomime_core.ros_node import WARNING_PERIOD_S, SteadyTimers
from pianomime_core.ros_owner import Owners
from pianomime_core.ros_parameters import declare_switch, declare_text, refuse_undeclared
from pianomime_core.ros_prefixes import FRAME_PREFIX, JOINT_PREFIX, in_frame, prefixed, world_frame
from pianomime_core.ros_qos import LATCHED, NEWEST, OVERRIDABLE
from pianomime_description.variant import SceneConfig
from pianomime_policy.controllers.controller import Action, ReportsFingertipTargets
from pianomime_policy.controllers.default_controller import default_controller
from pianomime_policy.controllers.specs import OURS, check_name, ours_that_need
from pianomime_policy.nodes.ros_fingertips import fingertip_markers
from pianomime_policy.nodes.step_synchroniser import StepSynchroniser
from pianomime_policy.warm_up import ready_controller

SILENCE_S = 0.5
"""Without a state for this long the simulator may be gone; states come 20 times a second."""
STATES = (topics.HAND_STATES, topics.KEY_STATES)
"""A state that is not finite means a broken robot; in other topics it is only a bad message."""


class _ManagedNode(SteadyTimers, LifecycleNode):
    """The ROS side of PolicyNode's transitions."""

    def __init__(self, owner: "PolicyNode") -> None:
        self._owner = owner
        super().__init__("policy_node")

    def on_configure(self, state: LifecycleState) -> TransitionCallbackReturn:
        return self._owner.transition(self._owner.build)

    def on_activate(self, state: LifecycleState) -> TransitionCallbackReturn:
        super().on_activate(state)  # enables its publishers
        return self._owner.transition(self._owner.connect)

    def on_deactivate(self, state: LifecycleState) -> TransitionCallbackReturn:
        self._log_release(state)
        super().on_deactivate(state)
        return self._owner.transition(self._owner.disconnect, TransitionCallbackReturn.ERROR)

    def on_cleanup(self, state: LifecycleState) -> TransitionCallbackReturn:
        return self._owner.transition(self._owner.forget, TransitionCallbackReturn.ERROR)

    def on_shutdown(self, state: LifecycleState) -> TransitionCallbackReturn:
        return self._let_go(state)

    def on_error(self, state: LifecycleState) -> TransitionCallbackReturn:
        return self._let_go(state)

    def destroy_node(self) -> None:
        super().destroy_node()
        # rclpy leaves the services of the life cycle behind, and with them its participant in DDS.
        self._state_machine.destroy_when_not_in_use()

    def _let_go(self, state: LifecycleState) -> TransitionCallbackReturn:
        """Release everything from any state: afterwards this node no longer controls the hands."""
        self._log_release(state)
        super().on_deactivate(state)
        return self._owner.transition(self._owner.forget)

    def _log_release(self, state: LifecycleState) -> None:
        if state.label == "active":
            self.get_logger().warning("no longer commands the hands: they hold, then lift")


class PolicyNode:
    """Runs one controller for one song. Everything happens in the single thread of the executor."""

    finished = False

    def __init__(self) -> None:
        self._failure: Exception | None = None
        self._built, self._connected = ExitStack(), ExitStack()
        self._act, self._period = LatencyPercentiles(), LatencyPercentiles()
        self._answered_s: float | None = None
        self._refused = 0
        self._state_s = 0.0
        self._resumed = -1
        self.node = _ManagedNode(self)
        node = self.node
        trained, demonstrated = (", ".join(ours_that_need(needs)) for needs in ("model", "demonstration"))
        model = declare_text(node, "model", "", f"Folder of ONNX networks for {trained}; file for {demonstrated}")
        self._name = declare_text(node, "controller", default_controller(model), ", ".join(OURS))
        check_name(self._name)
        variant = declare_text(node, "variant", "pianomime", "Hands to play with", legal=tuple(FOREARM_DOFS))
        collisions = declare_switch(node, "hand_collisions", False, "Hands and fingers collide with one another")
        autostart = declare_switch(node, "autostart", True, "Configure and activate without a life-cycle manager")
        self._prefix = declare_text(node, "joint_prefix", "", JOINT_PREFIX)
        self._world = world_frame(declare_text(node, "frame_prefix", "", FRAME_PREFIX))
        refuse_undeclared(node)
        self._model = Path(model) if model else None
        self._scene = SceneConfig(variant=variant, hand_collisions=collisions)
        if autostart:
            for trigger in (node.trigger_configure, node.trigger_activate):
                if trigger() != TransitionCallbackReturn.SUCCESS and self._failure is not None:
                    raise self._failure

    def close(self) -> None:
        """Nothing runs besides the executor."""

    def transition(
        self, work: Callable[[], None], failed: TransitionCallbackReturn = TransitionCallbackReturn.FAILURE
    ) -> TransitionCallbackReturn:
        """Do the work of a transition; a failure is logged and kept, since rclpy does not pass on the reason.

        `failed`: Return value on failure: FAILURE for the previous state, or ERROR to release everything.
        """
        try:
            work()
        except Exception as error:
            self._failure = error
            self.node.get_logger().error(f"{error}")
            return failed
        return TransitionCallbackReturn.SUCCESS

    def build(self) -> None:
        """Build the controller, so that it compiles nothing while it plays."""
        begin_s = time.monotonic()
        self._controller = ready_controller(self._name, self._scene, self.node.get_logger().info, self._model)
        self._joints = NameOrder(prefixed(self._prefix, self._controller.joint_names))
        self._keys = NameOrder(KEY_NAMES, beside=(SUSTAIN,))
        self._goal = NameOrder(GOAL_NAMES)
        # Silent until the node is active.
        self._publish_command = self._create_publisher(JointTrajectory, topics.COMMAND)
        self._publish_fingertips = self._create_publisher(MarkerArray, topics.FINGERTIP_TARGETS)
        self._built.callback(delattr, self, "_controller")
        self.node.get_logger().info(f"controller {self._name!r} ready after {time.monotonic() - begin_s:.1f} s")

    def _create_publisher(self, kind: type, topic: str) -> LifecyclePublisher:
        publisher = self.node.create_lifecycle_publisher(kind, topic, copy(NEWEST), qos_overriding_options=OVERRIDABLE)
        self._built.callback(self.node.destroy_lifecycle_publisher, publisher)
        return publisher

    def connect(self) -> None:
        """Subscribe and start answering. Latched topics are delivered again after each connection."""
        node, undo = self.node, self._connected.callback
        self._synchroniser = StepSynchroniser(self._controller)
        prefer_prompt_replies()
        # Created for each connection: an inactive node must not have published a start.
        self._publish_start = node.create_publisher(JointState, topics.START, LATCHED)
        undo(node.destroy_publisher, self._publish_start)
        self._owners = Owners(node)
        undo(self._owners.close)
        self._owners.subscribe(JointTrajectory, topics.SONG, self._on_song, LATCHED)
        self._owners.subscribe(JointTrajectory, topics.GOAL, self._on_goal, NEWEST)
        self._owners.subscribe(JointState, topics.HAND_STATES, self._on_hands, NEWEST)
        self._owners.subscribe(JointState, topics.KEY_STATES, self._on_keys, NEWEST)
        undo(node.destroy_timer, node.create_timer(SILENCE_S / 2, self._check_simulator))
        undo(Diagnostics(node, self._health).close)

    def disconnect(self) -> None:
        """Unsubscribe and stop answering; the simulator holds the hands, then lifts them."""
        self._connected.close()

    def forget(self) -> None:
        """Drop the controller, and anything that is still connected."""
        self._connected.close()
        self._built.close()

    def _on_song(self, message: JointTrajectory) -> None:
        def handle() -> None:
            self._synchroniser.receive_song(*read_goal(message, self._goal), message.header.frame_id)

        self._accept(topics.SONG, handle)

    def _on_goal(self, message: JointTrajectory) -> None:
        def handle() -> None:
            step, (goal, sustain) = step_of(message.header.stamp), read_goal(message, self._goal)
            self._synchroniser.select_performance(message.header.frame_id)
            self._begin(step, self._synchroniser.begin(step, goal, sustain))
            self._synchroniser.receive_goal(step, goal, sustain, read_goal_velocity(message, self._goal, goal))

        self._accept(topics.GOAL, handle)

    def _on_hands(self, message: JointState) -> None:
        def handle() -> None:
            step = step_of(message.header.stamp)
            self._state_s = time.monotonic()
            self._synchroniser.receive_joints(step, *read_joint_state(message, self._joints))
            if (action := self._synchroniser.repeat(step)) is not None:
                self._command(step, action)

        self._accept(topics.HAND_STATES, handle)

    def _on_keys(self, message: JointState) -> None:
        def handle() -> None:
            angles, _ = read_joint_state(message, self._keys)
            self._synchroniser.receive_keys(step_of(message.header.stamp), angles)

        self._accept(topics.KEY_STATES, handle)

    def _accept(self, topic: str, handle: Callable[[], None]) -> None:
        try:
            handle()
        except MessageError as error:
            name = self.node.resolve_topic_name(topic)
            if isinstance(error, NotFiniteError) and topic in STATES:
                raise UnsafeError(f"{name}: {error}") from error
            self._refused += 1
            self.node.get_logger().error(f"{name} refused: {error}", throttle_duration_sec=WARNING_PERIOD_S)
            return
        begin_s = time.perf_counter()
        if (answer := self._synchroniser.answer()) is not None:
            self._act.add(time.perf_counter() - begin_s)
            self._command(*answer)
            if self._answered_s is not None:
                self._period.add(begin_s - self._answered_s)
            self._answered_s = begin_s
            self._report_fingertips(answer[0])

    def _begin(self, step: int, positions: NDArray[np.float64] | None) -> None:
        if positions is not None:
            message = joint_state(self._joints.names, positions, step=step)
            message.header.frame_id = self._synchroniser.performance or ""
            self._publish_start.publish(message)
            self._answered_s = None

    def _check_simulator(self) -> None:
        """If the simulator falls silent, publish its last state as the start for the one that replaces it."""
        latest = self._synchroniser.latest_joints()
        if latest is None or time.monotonic() - self._state_s < SILENCE_S or latest[0] == self._resumed:
            return
        self._resumed = latest[0]
        self._begin(*latest)

    def _command(self, step: int, action: Action) -> None:
        names = prefixed(self._prefix, self._controller.target_names)
        self._publish_command.publish(targets_message(names, action.targets, step=step, pedal=action.pedal))

    def _report_fingertips(self, step: int) -> None:
        """Publish fingertip targets after the command, and only if there are subscribers."""
        controller = self._controller
        if not isinstance(controller, ReportsFingertipTargets) or not self._publish_fingertips.get_subscription_count():
            return
        if (targets := controller.fingertip_targets()) is not None:
            self._publish_fingertips.publish(in_frame(fingertip_markers(step, targets), self._world))

    def _health(self) -> Health:
        answered, skipped = self._synchroniser.answered, self._synchroniser.skipped
        refused = self._refused + self._owners.refused
        values = {"answered": answered, "skipped_steps": skipped, "refused_messages": refused}
        counts = {f"{skipped} steps skipped": skipped, f"{refused} messages refused": refused}
        return Health(
            step=max(answered, 0),
            values={**values, **self._act.ms("policy"), **self._period.ms("period")},
            text=f"{self._name} plays" if self._synchroniser.started else "waiting for a song",
            warnings=(*(words for words, count in counts.items() if count), *self._owners.warnings()),
        )


def main() -> int:
    """Run the node; see pianomime_core.ros_main for the exit codes."""
    return run(PolicyNode)


if __name__ == "__main__":
    sys.exit(main())
