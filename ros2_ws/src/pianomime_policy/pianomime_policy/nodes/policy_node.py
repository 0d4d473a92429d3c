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

from rclpy.lifecycle import LifecyclePublisher
from sensor_msgs.msg import JointState
from trajectory_msgs.msg import JointTrajectory
from visualization_msgs.msg import MarkerArray

from pianomime_core import ros_topics as topics
from pianomime_core.keyboard import KEY_NAMES
from pianomime_core.latency_percentiles import LatencyPercentiles
from pianomime_core.ros_diagnostics import Diagnostics, Health
from pianomime_core.ros_goal import GoalReader
from pianomime_core.ros_main import prefer_prompt_replies, run
from pianomime_core.ros_messages import SUSTAIN, read_joint_state, step_of
from pianomime_core.ros_named_numbers import NameOrder
from pianomime_core.ros_owner import Owners
from pianomime_core.ros_parameters import declare_switch, declare_text, refuse_undeclared
from pianomime_core.ros_qos import LATCHED, NEWEST, OVERRIDABLE
from pianomime_core.setting import DESCRIPTION, Setting
from pianomime_description.variant import SceneConfig
from pianomime_policy.controllers.controller import ReportsFingertipTargets
from pianomime_policy.controllers.default_controller import default_controller
from pianomime_policy.controllers.specs import OURS, check_name, ours_that_need
from pianomime_policy.nodes.hand_commander import SILENCE_S, Floats, HandCommander
from pianomime_policy.nodes.managed_node import ManagedNode
from pianomime_policy.nodes.step_synchroniser import StepSynchroniser
from pianomime_policy.warm_up import ready_controller


class PolicyNode(HandCommander):
    """Runs one controller for one song. Everything happens in the single thread of the executor."""

    def __init__(self) -> None:
        super().__init__()
        self._built, self._connected = ExitStack(), ExitStack()
        self._act, self._period = LatencyPercentiles(), LatencyPercentiles()
        self._answered_s: float | None = None
        self.node = node = ManagedNode("policy_node", self)
        trained, demonstrated = (", ".join(ours_that_need(needs)) for needs in ("model", "demonstration"))
        model = declare_text(node, "model", "", f"Folder of ONNX networks for {trained}; file for {demonstrated}")
        self._name = declare_text(node, "controller", default_controller(model), ", ".join(OURS))
        check_name(self._name)
        variant = self._declare_hands("Hands to play with")
        collisions = declare_switch(node, "hand_collisions", False, "Hands and fingers collide with one another")
        self._setting = Setting(declare_text(node, "setting", Setting.BENCHMARK, DESCRIPTION, legal=tuple(Setting)))
        autostart = declare_switch(node, "autostart", True, "Configure and activate without a life-cycle manager")
        refuse_undeclared(node)
        self._model = Path(model) if model else None
        self._scene = SceneConfig(variant=variant, hand_collisions=collisions)
        if autostart:
            node.start()

    def build(self) -> None:
        """Build the controller, so that it compiles nothing while it plays."""
        begin_s = time.monotonic()
        log = self.node.get_logger().info
        self._controller = ready_controller(self._name, self._scene, log, self._model, self._setting)
        self._name_hands(self._controller.joint_names, self._controller.target_names)
        self._keys = NameOrder(KEY_NAMES, beside=(SUSTAIN,))
        self._goal = GoalReader()
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
        timer = node.create_timer(SILENCE_S / 2, lambda: self._check_simulator(self._synchroniser.latest_joints()))
        undo(node.destroy_timer, timer)
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
            self._synchroniser.receive_song(self._goal.read(message), message.header.frame_id)

        self._accept(topics.SONG, handle)

    def _on_goal(self, message: JointTrajectory) -> None:
        def handle() -> None:
            step, window = step_of(message.header.stamp), self._goal.read(message)
            self._synchroniser.select_performance(message.header.frame_id)
            if (positions := self._synchroniser.begin(step, window)) is not None:
                self._begin(step, positions)
            self._synchroniser.receive_goal(step, window)

        self._accept(topics.GOAL, handle)

    def _on_hands(self, message: JointState) -> None:
        def handle() -> None:
            step = step_of(message.header.stamp)
            self._state_s = time.monotonic()
            self._synchroniser.receive_joints(step, *read_joint_state(message, self._joints))
            if (action := self._synchroniser.repeat(step)) is not None:
                self._command(step, action.targets, action.pedal)

        self._accept(topics.HAND_STATES, handle)

    def _on_keys(self, message: JointState) -> None:
        def handle() -> None:
            angles, _ = read_joint_state(message, self._keys)
            self._synchroniser.receive_keys(step_of(message.header.stamp), angles)

        self._accept(topics.KEY_STATES, handle)

    def _accept(self, topic: str, handle: Callable[[], None]) -> bool:
        if not super()._accept(topic, handle):
            return False
        begin_s = time.perf_counter()
        if (answer := self._synchroniser.answer()) is not None:
            step, action = answer
            self._act.add(time.perf_counter() - begin_s)
            self._command(step, action.targets, action.pedal)
            if self._answered_s is not None:
                self._period.add(begin_s - self._answered_s)
            self._answered_s = begin_s
            if isinstance(self._controller, ReportsFingertipTargets):
                self._report_fingertips(step, self._controller.fingertip_targets)
        return True

    def _begin(self, step: int, positions: Floats) -> None:
        self._performance, self._answered_s = self._synchroniser.performance or "", None
        super()._begin(step, positions)

    def _health(self) -> Health:
        answered, skipped = self._synchroniser.answered, self._synchroniser.skipped
        refused, warnings = self._refusals()
        values = {"answered": answered, "skipped_steps": skipped, "refused_messages": refused}
        return Health(
            step=max(answered, 0),
            values={**values, **self._act.ms("policy"), **self._period.ms("period")},
            text=f"{self._name} plays" if self._synchroniser.started else "waiting for a song",
            warnings=(*([f"{skipped} steps skipped"] if skipped else []), *warnings),
        )


def main() -> int:
    """Run the node; see pianomime_core.ros_main for the exit codes."""
    return run(PolicyNode)


if __name__ == "__main__":
    sys.exit(main())
