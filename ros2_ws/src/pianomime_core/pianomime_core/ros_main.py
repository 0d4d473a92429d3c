"""The `main` of every node: environment, start, spin, one clear line for bad input, clean end, exit code."""

import gc
import os
import sys
import traceback
from collections.abc import Callable
from contextlib import suppress
from typing import Protocol

import rclpy
from rclpy.executors import ExternalShutdownException, SingleThreadedExecutor
from rclpy.node import Node
from rclpy.signals import SignalHandlerOptions

from pianomime_core.errors import UserError
from pianomime_core.ros_environment import complete_ros_environment

EXIT_END, EXIT_CRASH, EXIT_USER_ERROR = 0, 1, 2
_POLL_S = 0.1
_SWITCH_INTERVAL_S = 0.0005
_NICENESS = -20


class Part(Protocol):
    """What a process runs: a node, whether its work is done, and how to end it."""

    node: Node

    @property
    def finished(self) -> bool:
        """True when the process may end by itself."""
        ...

    def close(self) -> None:
        """Stop threads and write what is to be written; called once, before the node goes."""
        ...


def run(make: Callable[[], Part]) -> int:
    """Make a part, spin its node until it is finished or a signal comes, and return the exit code of the process.

    One single-threaded executor: callbacks are short, and work that must not wait for them has a thread of its own.
    Codes: 0 end of work, SIGINT or SIGTERM; 2 bad input, said in one line "error: ..."; 1 a bug, with its traceback.
    """
    complete_ros_environment()
    try:
        rclpy.init(args=sys.argv, signal_handler_options=SignalHandlerOptions.ALL)
    except RuntimeError as error:
        return _refuse(error)
    part: Part | None = None
    try:
        part = make()
        executor = SingleThreadedExecutor()
        executor.add_node(part.node)
        while rclpy.ok() and not part.finished:
            executor.spin_once(timeout_sec=_POLL_S)
    except (KeyboardInterrupt, ExternalShutdownException):
        pass
    except UserError as error:
        return _refuse(error)
    except Exception:
        # A signal in the middle of a call shows as an error of the middleware, because the context is gone.
        if rclpy.ok():
            traceback.print_exc()
            return EXIT_CRASH
    finally:
        try:
            if part is not None:
                part.close()
        finally:
            rclpy.try_shutdown()
    return EXIT_END


def _refuse(error: Exception) -> int:
    print(f"error: {' '.join(str(error).split())}", file=sys.stderr, flush=True)
    return EXIT_USER_ERROR


def prefer_prompt_replies() -> None:
    """Prepare a process for a steady 20 Hz, once all is built: what stands is kept out of garbage collection, threads
    hand the interpreter over quickly, and they go before other processes where the machine allows it."""
    gc.collect()
    gc.freeze()
    sys.setswitchinterval(_SWITCH_INTERVAL_S)
    # In Linux niceness belongs to a thread; those of the middleware are as much in the way of a message as ours.
    for thread in os.listdir("/proc/self/task"):
        with suppress(OSError):
            os.setpriority(os.PRIO_PROCESS, int(thread), _NICENESS)
