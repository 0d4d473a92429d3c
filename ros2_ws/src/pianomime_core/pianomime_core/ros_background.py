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
