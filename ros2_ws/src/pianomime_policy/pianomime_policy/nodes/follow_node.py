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

"""Follows a pianist's fingertips: observed fingertips in, commands out. Replaces policy_node; there is no music."""

import sys
import time
from collections import deque

import numpy as np
from builtin_interfaces.msg import Time
from rclpy.clock import Clock, ClockType
from rclpy.subscription import Subscription
from sensor_msgs.msg import JointState, PointCloud2
from trajectory_msgs.msg import JointTrajectory
from visualization_msgs.msg import MarkerArray

from pianomime_core import ros_topics as topics
from pianomime_core.errors import UnsafeError
from pianomime_core.hands import SIDES
from pianomime_core.latency_percentiles import percentiles_ms
from pianomime_core.ros_diagnostics import Diagnostics, Health
from pianomime_core.ros_fingertip_cloud import Fingertips, read_fingertip_cloud
from pianomime_core.ros_main import prefer_prompt_replies, run
from pianomime_core.ros_messages import read_joint_state, step_of
from pianomime_core.ros_node import SteadyNode
from pianomime_core.ros_owner import Owners
from pianomime_core.ros_parameters import refuse_undeclared
from pianomime_core.ros_qos import LATCHED, NEWEST, overridable_publisher, overridable_subscription
from pianomime_policy.controllers.demo.fingertip_follower import FingertipFollower
from pianomime_policy.nodes.hand_commander import SILENCE_S, Floats, HandCommander

STALE_S = 0.5
"""Older fingertips are no longer compared with the robot's."""
REMEMBERED = 600
"""Steps over which distances and latencies are reported: half a minute."""
LONGEST_LATENCY_S = 10.0
"""A stamp further from now than this belongs to another clock."""


class FollowNode(HandCommander):
    """Answers every state with a command towards the last observed fingertips. Runs in one thread.

    It subscribes to fingertips only when the robot can follow: before that they would be outdated by the time it can,
    and a video source waits for a subscriber.
    """

    def __init__(self) -> None:
        super().__init__()
        self.node = node = SteadyNode("follow_node")
        self._log = node.get_logger()
        variant = self._declare_hands("Hands that follow")
        refuse_undeclared(node)
        self._follower = FingertipFollower(variant)
        self._name_hands(self._follower.joint_names, self._follower.target_names)
        self._human: Fingertips | None = None
        self._human_s = -np.inf
        self._stamp: Time | None = None
        self._answered: tuple[int, Floats] | None = None
        self._seen: tuple[int, Floats] | None = None
        self._clouds = 0
        self._act_s: deque[float] = deque(maxlen=REMEMBERED)
        self._latency_s: deque[float] = deque(maxlen=REMEMBERED)
        self._distance_m: tuple[deque[float], ...] = tuple(deque(maxlen=5 * REMEMBERED) for _ in SIDES)
        # Images are stamped with system time, not with simulated time.
        self._clock = Clock(clock_type=ClockType.SYSTEM_TIME)
        start = self._ready()
        self._connect()
        self._begin(0, start)

    def _ready(self) -> Floats:
        """Compile all kernels; return the joints to start from."""
        follower = self._follower
        start = follower.start()
        follower.act(0, start, np.zeros_like(start))
        follower.fingertips(start)
        return follower.start()

    def _connect(self) -> None:
        node = self.node
        prefer_prompt_replies()
        self._publish_start = node.create_publisher(JointState, topics.START, LATCHED)
        self._publish_command = overridable_publisher(node, JointTrajectory, topics.COMMAND, NEWEST)
        self._publish_fingertips = node.create_publisher(MarkerArray, topics.FINGERTIP_TARGETS, NEWEST)
        self._owners = Owners(node)
        self._owners.subscribe(JointState, topics.HAND_STATES, self._on_state, NEWEST)
        self._fingertips: Subscription | None = None
        node.create_timer(SILENCE_S / 2, lambda: self._check_simulator(self._seen))
        self._diagnostics = Diagnostics(node, self._health)

    def _on_fingertips(self, message: PointCloud2) -> None:
        def handle() -> None:
            human = read_fingertip_cloud(message, self._world)
            self._follower.update(human.points_m)
            self._human, self._human_s, self._stamp = human, time.monotonic(), message.header.stamp
            self._clouds += 1

        self._accept(topics.HUMAN_FINGERTIPS, handle)

    def _on_state(self, message: JointState) -> None:
        def handle() -> None:
            step = step_of(message.header.stamp)
            positions, velocities = read_joint_state(message, self._joints)
            self._state_s = time.monotonic()
            if self._answered is not None and step == self._answered[0]:
                self._command(*self._answered)  # the reader has missed it
                return
            self._seen = (step, positions)
            self._record_distance(positions)
            self._answer(step, positions, velocities)

        self._accept(topics.HAND_STATES, handle)
        if self._fingertips is None and self._answered is not None:
            self._fingertips = overridable_subscription(
                self.node, PointCloud2, topics.HUMAN_FINGERTIPS, self._on_fingertips, NEWEST
            )
            self._log.info(f"the hands follow {self._fingertips.topic_name}: end with Ctrl-C")

    def _answer(self, step: int, positions: Floats, velocities: Floats) -> None:
        begin_s = time.perf_counter()
        targets = self._follower.act(step, positions, velocities)
        self._act_s.append(time.perf_counter() - begin_s)
        if not np.isfinite(targets).all():
            names = [name for name, x in zip(self._follower.target_names, targets, strict=True) if not np.isfinite(x)]
            raise UnsafeError(f"targets of step {step} are not finite: {', '.join(names)}")
        self._answered = (step, targets)
        self._command(step, targets)
        self._record_latency()
        self._report_fingertips(step, self._follower.fingertip_targets)

    def _record_latency(self) -> None:
        """Record the age of an image when its fingertips first enter a command."""
        if self._stamp is None:
            return
        age_s = (self._clock.now().nanoseconds - self._stamp.sec * 10**9 - self._stamp.nanosec) / 1e9
        if 0 <= age_s < LONGEST_LATENCY_S:
            self._latency_s.append(age_s)
        self._stamp = None

    def _record_distance(self, positions: Floats) -> None:
        """Record the horizontal distance of the robot's fingertips from the pianist's; heights are unknown."""
        if self._human is None or time.monotonic() - self._human_s > STALE_S:
            return
        apart_m = np.linalg.norm((self._follower.fingertips(positions) - self._human.points_m[:, 1:])[..., :2], axis=-1)
        for distances, hand in zip(self._distance_m, apart_m, strict=True):
            distances.extend(hand[np.isfinite(hand)].tolist())

    def _health(self) -> Health:
        answered = -1 if self._answered is None else self._answered[0]
        fresh = self._human is not None and time.monotonic() - self._human_s < STALE_S
        source = self.node.resolve_topic_name(topics.HUMAN_FINGERTIPS)
        sources = self.node.count_publishers(source)
        refused, warnings = self._refusals()
        values: dict[str, float] = {
            "answered": answered,
            "clouds": self._clouds,
            "refused_messages": refused,
            **percentiles_ms(list(self._act_s), "policy"),
            **_percentiles(self._latency_s, "latency", "ms", (50, 95, 99)),
        }
        for hand, side in enumerate(SIDES):
            values[f"{side}_seen"] = int(fresh and self._human is not None and bool(self._human.seen[hand]))
            values |= _percentiles(self._distance_m[hand], f"{side}_distance", "mm", (50, 95))
        causes = {
            "fingertips have stopped": self._clouds > 0 and not fresh,
            f"{sources} publishers on {source}: the hands follow several people": sources > 1,
        }
        warnings = (*(words for words, is_so in causes.items() if is_so), *warnings)
        text = "following" if fresh else "waiting for the simulator" if answered < 0 else "waiting for fingertips"
        return Health(max(answered, 0), values, text, warnings)


def _percentiles(values: deque[float], name: str, unit: str, percents: tuple[int, ...]) -> dict[str, float]:
    """Percentiles times 1000; {} without values."""
    if not values:
        return {}
    found = np.percentile(list(values), percents) * 1e3
    return {f"{name}_p{percent}_{unit}": float(value) for percent, value in zip(percents, found, strict=True)}


def main() -> int:
    """Run the node; see pianomime_core.ros_main for the exit codes."""
    return run(FollowNode)


if __name__ == "__main__":
    sys.exit(main())
