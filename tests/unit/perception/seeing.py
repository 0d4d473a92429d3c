"""A perception_node that looks at painted pictures, spun by the test."""

import time
from types import SimpleNamespace

import numpy as np
from builtin_interfaces.msg import Time
from node_ports import Published, Status, deliver
from rclpy.executors import SingleThreadedExecutor
from ros_start import start_ros
from sensor_msgs.msg import Image, PointCloud2

from pianomime_core.ros_topics import HUMAN_FINGERTIPS, IMAGE
from pianomime_perception.keyboard_map import NO_KEY_EDGES, KeyboardMap
from pianomime_perception.ros_images import image_message
from pianomime_perception.ros_perception import PerceptionNode

PATIENCE_S = 30.0
WIDTH, HEIGHT = 130, 40
RIGHT, LEFT = (0, 200, 0), (0, 0, 200)
"""Colours that hands are painted in."""


def keyboard(size) -> KeyboardMap:
    """A centimetre a pixel, the middle of the picture at the origin."""
    width, height = size
    homography = np.array([[0, 0.01, -0.005 * height], [0.01, 0, -0.005 * width], [0, 0, 1]])
    return KeyboardMap(homography, NO_KEY_EDGES, 0.001, size)


class Painted:
    """Finds the columns in which hands are painted."""

    def __init__(self) -> None:
        self.pictures = 0
        self.work_s = 0.0

    def track(self, image):
        self.pictures += 1
        time.sleep(self.work_s)
        hands = []
        for side, colour in (("rh", RIGHT), ("lh", LEFT)):
            columns = np.flatnonzero((image == colour).all(axis=(0, 2)))
            if len(columns):
                points_px = np.array([[columns[0], 35.0], *([columns[0] + finger - 2, 20.0] for finger in range(5))])
                hands.append(SimpleNamespace(points_px=points_px, score=0.8, side=side))
        return hands


def painted(right: int | None = 90, left: int | None = 40, size=(WIDTH, HEIGHT)):
    image = np.full((size[1], size[0], 3), 100, np.uint8)
    for column, colour in ((right, RIGHT), (left, LEFT)):
        if column is not None:
            image[:, column] = colour
    return image


class Seeing:
    """A perception_node, spun by the test; what it publishes, what it says."""

    def __init__(self, monkeypatch, **parameters) -> None:
        start_ros(**parameters)
        self.published = Published(monkeypatch)
        self.tracker = Painted()
        self.part = PerceptionNode(lambda: self.tracker)
        self.node = self.part.node
        self.executor = SingleThreadedExecutor()
        self.executor.add_node(self.node)

    @property
    def clouds(self) -> list[PointCloud2]:
        return self.published.on(HUMAN_FINGERTIPS)

    def status(self) -> Status:
        return self.published.status(self.node)

    def looked_at(self) -> float:
        """Pictures that hands were looked for in, and those refused."""
        values = self.status().values
        return values["pictures"] + values["refused_messages"]

    def until(self, is_so) -> None:
        deadline_s = time.monotonic() + PATIENCE_S
        while not is_so():
            assert time.monotonic() < deadline_s
            self.executor.spin_once(timeout_sec=0.02)

    def receive(self, image, stamp: Time | None = None) -> None:
        message = image if isinstance(image, Image) else image_message(image, stamp or now())
        deliver(self.node, IMAGE, message)

    def show(self, image, stamp: Time | None = None) -> None:
        """Let a picture come; returns when it was looked at."""
        before = self.looked_at()
        self.receive(image, stamp)
        self.until(lambda: self.looked_at() > before)

    def close(self) -> None:
        self.part.close()
        self.executor.shutdown()
        self.node.destroy_node()


def now(ago_s: float = 0.0) -> Time:
    seconds, rest = divmod(time.time_ns() - round(1e9 * ago_s), 10**9)
    return Time(sec=seconds, nanosec=rest)
