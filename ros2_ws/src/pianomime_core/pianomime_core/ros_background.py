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

"""A ROS node in a thread of a program that is not a node itself; signals stay with the program."""

import threading

import rclpy
from rclpy.executors import SingleThreadedExecutor
from rclpy.signals import SignalHandlerOptions

from pianomime_core.errors import UserError

_POLL_S = 0.1


class BackgroundNode:
    """A node in its own context, so that several may be created and closed in one process.

    Attributes:
        node: Give it subscriptions and clients, then call `start`; callbacks run in the thread.
    """

    def __init__(self, name: str, domain_id: int | None = None) -> None:
        """Args:
            name: Name of the node.
            domain_id: DDS domain; None for that of the environment.

        Raises:
            UserError: ROS cannot start, for example because no log can be written.
        """
        self._context = rclpy.Context()
        try:
            # The program's arguments are not meant for ROS.
            rclpy.init(
                args=[], context=self._context, domain_id=domain_id, signal_handler_options=SignalHandlerOptions.NO
            )
        except RuntimeError as error:
            raise UserError(f"ROS 2 cannot begin: {error}") from error
        self.node = rclpy.create_node(name, context=self._context)
        self._closing = threading.Event()
        self._thread = threading.Thread(target=self._spin, name=name, daemon=True)

    def start(self) -> None:
        """Start spinning."""
        self._thread.start()

    def close(self) -> None:
        """Leave the graph."""
        self._closing.set()
        if self._thread.ident is not None:
            self._thread.join()
        self.node.destroy_node()
        self._context.try_shutdown()

    def _spin(self) -> None:
        executor = SingleThreadedExecutor(context=self._context)
        executor.add_node(self.node)
        while not self._closing.is_set():
            executor.spin_once(timeout_sec=_POLL_S)
        executor.shutdown()
