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

"""Perception as a ROS node: frames in, the pianist's fingertips in metres on the keyboard out.

Frames come from a topic, or the node opens a camera or a file itself. They are processed one at a time in a separate
thread, always the newest; others are dropped.
"""

import threading
import time
from collections.abc import Callable, Sequence
from typing import NamedTuple, Protocol

import numpy as np
from builtin_interfaces.msg import Time
from numpy.typing import NDArray
from rclpy.clock import Clock, ClockType
from rclpy.qos import QoSProfile, ReliabilityPolicy
from sensor_msgs.msg import Image, PointCloud2
from visualization_msgs.msg import MarkerArray

from pianomime_core import ros_topics as topics
from pianomime_core.errors import UserError
from pianomime_core.ros_diagnostics import Diagnostics, Health
from pianomime_core.ros_fingertip_cloud import Fingertips, fingertip_cloud
from pianomime_core.ros_named_numbers import MessageError
from pianomime_core.ros_node import WARNING_PERIOD_S, SteadyNode
from pianomime_core.ros_parameters import declare_number, declare_switch, declare_text, refuse_undeclared
from pianomime_core.ros_prefixes import FRAME_PREFIX, in_frame, world_frame
from pianomime_core.ros_qos import (
    NEWEST,
    SENSOR,
    offered_by_all,
    overridable_publisher,
)
from pianomime_perception.annotated import annotated
from pianomime_perception.frame_source import check_source, is_camera, timed_frames
from pianomime_perception.given_keyboard import given_keyboard
from pianomime_perception.keyboard_map import KeyboardMap
from pianomime_perception.live_hands import LiveHands, SeenHand
from pianomime_perception.live_keyboard import LiveKeyboard
from pianomime_perception.live_times import LiveTimes
from pianomime_perception.newest import Newest
from pianomime_perception.ros_hand_markers import hand_markers
from pianomime_perception.ros_images import image_message, read_image, stamp_at

POLL_S = 0.1
SILENCE_S = 3.0
"""Warn after this time without a frame."""
LONGEST_LATENCY_S = 10.0
"""A stamp further from now belongs to another clock; then the age counts from the arrival."""

Pixels = NDArray[np.uint8]


class Tracker(Protocol):
    """Detects hands in a frame (H, W, 3) RGB."""

    def track(self, image: Pixels) -> Sequence[SeenHand]: ...


class _Arrived(NamedTuple):
    """A frame or the message that holds one, its stamp, and when it arrived, on the monotonic clock."""

    content: Pixels | Image
    stamp: Time
    arrived_s: float


def mediapipe_tracker() -> Tracker:
    """Return MediaPipe's hand tracker."""
    from pianomime_perception.hand_tracking import HandTracker

    return HandTracker()


class PerceptionNode:
    """Callbacks only store frames; one thread processes them and publishes the result, another reads them if the node
    opens a camera or file itself."""

    def __init__(self, make_tracker: Callable[[], Tracker] = mediapipe_tracker) -> None:
        self.node = node = SteadyNode("perception_node")
        self._log = node.get_logger()
        corners = self._declare()
        # Stamps use system time, as those of cameras do, also with simulated time.
        self._clock = Clock(clock_type=ClockType.SYSTEM_TIME)
        self._box = Newest[_Arrived]()
        self._stop = threading.Event()
        self._failure: Exception | None = None
        self._over = False
        self._refused = 0
        self._times = LiveTimes()
        self._asked = NEWEST.reliability
        self._keyboard = LiveKeyboard(given_keyboard(corners, self._source), self._log.info, self._log.warning)
        self._tracker = make_tracker()
        self._connect()

    def _declare(self) -> str:
        node = self.node
        self._source = declare_text(
            node, "source", "", "Video file, or camera (0, 1, ... or /dev/video0); empty to subscribe to image_topic"
        )
        self._topic = declare_text(
            node, "image_topic", topics.IMAGE, "Image topic to subscribe to if there is no source"
        )
        corners = declare_text(
            node, "corners", "", "Corners of the keyboard in the image, see docs/ros.md; empty to detect it"
        )
        height_m = declare_number(
            node,
            "height_m",
            0.045,
            "Height of all fingertips, which a camera from above does not see",
            lowest=0.0,
            highest=0.2,
        )
        self._waits = declare_switch(
            node, "wait_for_reader", False, "Start a file once the fingertips have a subscriber"
        )
        self._world = world_frame(declare_text(node, "frame_prefix", "", FRAME_PREFIX))
        refuse_undeclared(node)
        if self._source:
            check_source(self._source)
        elif not self._topic:
            raise UserError("perception_node parameters source and image_topic are both empty: one must be set")
        self._hands = LiveHands(height_m)
        return corners

    def _connect(self) -> None:
        node = self.node
        self._publish_cloud = overridable_publisher(node, PointCloud2, topics.HUMAN_FINGERTIPS, NEWEST)
        self._publish_markers = node.create_publisher(MarkerArray, topics.HUMAN_MARKERS, NEWEST)
        self._publish_image = overridable_publisher(node, Image, topics.HUMAN_IMAGE, NEWEST)
        if not self._source:
            self._subscribe(NEWEST)
            self._log.info(f"subscribed to images on {self._topic}")
        node.create_timer(POLL_S, self._check)
        self._diagnostics = Diagnostics(node, self._health)
        self._received_s = time.monotonic()
        work = [self._track_frames, *([self._fetch] if self._source else [])]
        self._threads = [threading.Thread(target=self._guarded, args=(job,), daemon=True) for job in work]
        for thread in self._threads:
            thread.start()

    @property
    def finished(self) -> bool:
        """True at the end of a file."""
        return self._over

    def close(self) -> None:
        """Stop processing."""
        self._stop.set()
        for thread in self._threads:
            thread.join(timeout=5.0)

    def _subscribe(self, profile: QoSProfile) -> None:
        self._images = self.node.create_subscription(Image, self._topic, self._on_image, profile)
        self._topic = self._images.topic_name

    def _ask_no_more_than_is_offered(self) -> None:
        """Request best effort, the usual setting of cameras, only if a camera offers nothing better: it loses large
        images."""
        ends = self.node.get_publishers_info_by_topic(self._topic)
        if not ends or offered_by_all(ends, depth=1).reliability == self._asked:
            return
        self._asked = offered_by_all(ends, depth=1).reliability
        self.node.destroy_subscription(self._images)
        self._subscribe(SENSOR if self._asked == ReliabilityPolicy.BEST_EFFORT else NEWEST)

    def _on_image(self, message: Image) -> None:
        self._received_s = time.monotonic()
        self._box.put(_Arrived(message, message.header.stamp, self._received_s))

    def _fetch(self) -> None:
        while self._waits and not is_camera(self._source) and not self._publish_cloud.get_subscription_count():
            if self._stop.wait(POLL_S):
                return
        for picture in timed_frames(self._source):
            if self._stop.is_set():
                return
            self._received_s = time.monotonic()
            ago_ns = round((self._received_s - picture.taken_s) * 1e9)
            self._box.put(_Arrived(picture.image, stamp_at(self._clock.now().nanoseconds - ago_ns), picture.taken_s))
        self._log.info("the video is over")
        self._over = True

    def _guarded(self, work: Callable[[], None]) -> None:
        try:
            work()
        except Exception as error:
            self._failure = error

    def _track_frames(self) -> None:
        while not self._stop.is_set():
            arrived = self._box.take(POLL_S)
            if arrived is None:
                continue
            try:
                self._process(arrived)
            except MessageError as error:
                self._refused += 1
                self._log.error(f"{self._topic} refused: {error}", throttle_duration_sec=WARNING_PERIOD_S)

    def _process(self, arrived: _Arrived) -> None:
        image = read_image(arrived.content) if isinstance(arrived.content, Image) else arrived.content
        keyboard = self._keyboard.update(image, arrived.arrived_s)
        if keyboard is None:
            return
        begin_s = time.monotonic()
        found = self._tracker.track(image)
        tracking_s = time.monotonic() - begin_s
        fingertips = self._hands.update(found, keyboard, arrived.arrived_s)
        self._publish_cloud.publish(fingertip_cloud(fingertips, arrived.stamp, self._world))
        done_s = time.monotonic()
        self._times.add(self._age_s(arrived), tracking_s, done_s, fingertips.seen)
        self._publish_drawings(image, keyboard, fingertips, arrived.stamp)

    def _age_s(self, arrived: _Arrived) -> float:
        stamp_ns = arrived.stamp.sec * 10**9 + arrived.stamp.nanosec
        age_s = (self._clock.now().nanoseconds - stamp_ns) / 1e9
        return age_s if 0 <= age_s < LONGEST_LATENCY_S else time.monotonic() - arrived.arrived_s

    def _publish_drawings(self, image: Pixels, keyboard: KeyboardMap, fingertips: Fingertips, stamp: Time) -> None:
        """Publish markers and image after the fingertips, and only if they have subscribers."""
        if self._publish_markers.get_subscription_count():
            self._publish_markers.publish(in_frame(hand_markers(fingertips, stamp), self._world))
        if self._publish_image.get_subscription_count():
            self._publish_image.publish(image_message(annotated(image, keyboard, fingertips), stamp))

    def _check(self) -> None:
        if self._failure is not None:
            raise self._failure
        if not self._source:
            self._ask_no_more_than_is_offered()
        for words in self._complaints():
            self._log.warning(words, throttle_duration_sec=5 * WARNING_PERIOD_S)

    def _complaints(self) -> list[str]:
        complaints = []
        if not self._source:
            publishers = self.node.count_publishers(self._topic)
            if publishers > 1:
                complaints.append(f"{publishers} publishers on {self._topic}: images of several cameras are mixed")
            if time.monotonic() - self._received_s > SILENCE_S:
                complaints.append(f"no images on {self._topic}, which has {publishers} publishers")
        if self._hands.mirrored:
            complaints.append("left hands look like right ones: images are mirrored, or corners begin elsewhere")
        return complaints

    def _health(self) -> Health:
        values = {
            "pictures": self._times.pictures,
            "dropped_pictures": self._box.dropped,
            "refused_messages": self._refused,
            **self._times.values(),
        }
        warnings = self._complaints() + ([f"{self._refused} images refused"] if self._refused else [])
        text = "tracking" if self._times.pictures else "no keyboard yet"
        return Health(values=values, text=text, warnings=tuple(warnings))
