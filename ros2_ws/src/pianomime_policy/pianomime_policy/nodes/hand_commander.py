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

"""What every node does that commands the hands: it tells where they begin, answers states, and refuses bad messages."""

import time
from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray
from rclpy.node import Node
from rclpy.publisher import Publisher

from pianomime_core import ros_topics as topics
from pianomime_core.errors import UnsafeError
from pianomime_core.hands import FOREARM_DOFS
from pianomime_core.ros_messages import joint_state, targets_message
from pianomime_core.ros_named_numbers import MessageError, NameOrder, NotFiniteError
from pianomime_core.ros_node import WARNING_PERIOD_S
from pianomime_core.ros_owner import Owners
from pianomime_core.ros_parameters import declare_text
from pianomime_core.ros_prefixes import FRAME_PREFIX, JOINT_PREFIX, in_frame, prefixed, world_frame
from pianomime_policy.controllers.controller import FingertipTargets, Pedal
from pianomime_policy.nodes.ros_fingertips import fingertip_markers

SILENCE_S = 0.5
"""Without a state for this long the simulator may be gone; states come 20 times a second."""
STATES = (topics.HAND_STATES, topics.KEY_STATES)
"""A state that is not finite means a broken robot; in other topics it is only a bad message."""

Floats = NDArray[np.float64]


class HandCommander:
    """Base of PolicyNode and FollowNode, which create its publishers and subscriptions. Runs in one thread."""

    finished = False
    node: Node
    _owners: Owners
    _publish_start: Publisher
    _publish_command: Publisher
    _publish_fingertips: Publisher

    def __init__(self) -> None:
        self._performance = ""
        self._refused = 0
        self._state_s = 0.0
        self._resumed = -1

    def close(self) -> None:
        """Nothing runs besides the executor."""

    def _declare_hands(self, hands: str) -> str:
        """Declare the parameters that name the hands, described by `hands`, and return their variant."""
        variant = declare_text(self.node, "variant", "pianomime", hands, legal=tuple(FOREARM_DOFS))
        self._prefix = declare_text(self.node, "joint_prefix", "", JOINT_PREFIX)
        self._world = world_frame(declare_text(self.node, "frame_prefix", "", FRAME_PREFIX))
        return variant

    def _name_hands(self, joint_names: tuple[str, ...], target_names: tuple[str, ...]) -> None:
        self._joints = NameOrder(prefixed(self._prefix, joint_names))
        self._target_names = prefixed(self._prefix, target_names)

    def _accept(self, topic: str, handle: Callable[[], None]) -> bool:
        """Handle a message of a topic; return False if it is refused.

        Raises:
            UnsafeError: It is a state that is not finite.
        """
        try:
            handle()
        except MessageError as error:
            name = self.node.resolve_topic_name(topic)
            if isinstance(error, NotFiniteError) and topic in STATES:
                raise UnsafeError(f"{name}: {error}") from error
            self._refused += 1
            self.node.get_logger().error(f"{name} refused: {error}", throttle_duration_sec=WARNING_PERIOD_S)
            return False
        return True

    def _begin(self, step: int, positions: Floats) -> None:
        """Publish the joints (n,) [rad, m] from which the simulator begins with `step`."""
        message = joint_state(self._joints.names, positions, step=step)
        message.header.frame_id = self._performance
        self._publish_start.publish(message)

    def _command(self, step: int, targets: Floats, pedal: Pedal | None = None) -> None:
        """Publish the targets [rad, m] of a step, (n,) or (K, n) for K equal parts of it; pedal as in `Action`."""
        rows = np.atleast_2d(targets)
        message = targets_message(self._target_names, rows, step=step, pedal=pedal, rows_per_step=len(rows))
        self._publish_command.publish(message)

    def _report_fingertips(self, step: int, fingertip_targets: Callable[[], FingertipTargets | None]) -> None:
        """Publish fingertip targets after the command, and only if there are subscribers."""
        if self._publish_fingertips.get_subscription_count() and (targets := fingertip_targets()) is not None:
            self._publish_fingertips.publish(in_frame(fingertip_markers(step, targets), self._world))

    def _check_simulator(self, latest: tuple[int, Floats] | None) -> None:
        """If the simulator falls silent, publish its last state as the start for the one that replaces it.

        `latest`: The newest step with known joints, and the joints; None before the first.
        """
        if latest is None or time.monotonic() - self._state_s < SILENCE_S or latest[0] == self._resumed:
            return
        self._resumed = latest[0]
        self._begin(*latest)

    def _refusals(self) -> tuple[int, tuple[str, ...]]:
        """Number of messages refused, and the warnings about them and about other publishers."""
        refused = self._refused + self._owners.refused
        return refused, (*([f"{refused} messages refused"] if refused else []), *self._owners.warnings())
