"""A foreign node beside a real graph; it receives messages only while the test waits."""

import time

import rclpy
from performances import PATIENCE_S
from rclpy.executors import SingleThreadedExecutor

from pianomime_core.ros_environment import complete_ros_environment


class Outsider:
    """In a context of its own. Subclasses give `node` what they listen to and publish."""

    def __init__(self, name: str, domain: int) -> None:
        complete_ros_environment()
        self._context = rclpy.Context()
        rclpy.init(context=self._context, domain_id=domain)
        self.node = rclpy.create_node(name, context=self._context)
        self._executor = SingleThreadedExecutor(context=self._context)
        self._executor.add_node(self.node)

    def until(self, is_so, told=lambda: "") -> None:
        """Listen until `is_so`; `told` says what there was when patience ends."""
        deadline_s = time.monotonic() + PATIENCE_S
        while not is_so():
            assert time.monotonic() < deadline_s, told()
            self._executor.spin_once(timeout_sec=0.05)

    def listen(self, seconds: float) -> None:
        end_s = time.monotonic() + seconds
        while (left_s := end_s - time.monotonic()) > 0:
            self._executor.spin_once(timeout_sec=left_s)

    def close(self) -> None:
        self._executor.shutdown()
        self.node.destroy_node()
        self._context.try_shutdown()
