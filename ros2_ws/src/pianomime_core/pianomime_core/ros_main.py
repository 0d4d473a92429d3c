"""The `main` of every node: environment, start, spin, one clear line for bad input, clean end, exit code."""

import gc
import os
import signal
import sys
import traceback
from collections.abc import Callable
from contextlib import suppress
from types import FrameType
from typing import Protocol

import rclpy
from rclpy.executors import SingleThreadedExecutor
from rclpy.node import Node
from rclpy.signals import SignalHandlerOptions

from pianomime_core.errors import UnsafeError, UserError
from pianomime_core.parent import ending_with_parent
from pianomime_core.ros_environment import complete_ros_environment

EXIT_END, EXIT_CRASH, EXIT_USER_ERROR, EXIT_UNSAFE = 0, 1, 2, 3
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
        """Stop threads and write what is to be written; called once, before the node goes.

        Raises:
            UserError: It cannot be written.
        """
        ...


class _Signals:
    """SIGINT, SIGTERM and SIGHUP as a wish that the spin loop hears between two callbacks.

    rclpy's own handlers shut the context down from another thread, under whatever callback is running, and Python's
    raises in the middle of any line: both turn an orderly end into an error now and then.
    """

    def __init__(self) -> None:
        self.received = False
        self.raises = True
        """While a part is being built the signal raises: a build may take a minute, and holds nothing to be saved."""
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, self._receive)
        if signal.getsignal(signal.SIGHUP) is not signal.SIG_IGN:
            signal.signal(signal.SIGHUP, self._receive)

    def _receive(self, number: int, frame: FrameType | None) -> None:
        self.received = True
        if self.raises:
            raise KeyboardInterrupt


def run(make: Callable[[], Part]) -> int:
    """Make a part, spin its node until it is finished or a signal comes, and return the exit code of the process.

    One single-threaded executor: callbacks are short, and work that must not wait for them has a thread of its own.
    When the process that started this one is gone, so is this one, as by SIGTERM.
    Codes: 0 end of work or a signal; 2 bad input and 3 numbers that no robot may follow, both said in one line
    "error: ..."; 1 a bug, with its traceback.
    """
    complete_ros_environment()
    with ending_with_parent():
        return _run(make)


def _run(make: Callable[[], Part]) -> int:
    signals = _Signals()
    part: Part | None = None
    try:
        _init()
        part = make()
        executor = SingleThreadedExecutor()
        executor.add_node(part.node)
        signals.raises = False
        while not signals.received and not part.finished:
            executor.spin_once(timeout_sec=_POLL_S)
    except KeyboardInterrupt:
        pass
    except (UserError, UnsafeError) as error:
        print(f"error: {error}", file=sys.stderr, flush=True)
        return EXIT_UNSAFE if isinstance(error, UnsafeError) else EXIT_USER_ERROR
    except Exception:
        # A build that was interrupted inside the middleware may show any error.
        if not signals.received:
            traceback.print_exc()
            return EXIT_CRASH
    finally:
        signals.raises = False
        written = part is None or _close(part)
        rclpy.try_shutdown()
    return EXIT_END if written else EXIT_USER_ERROR


def _close(part: Part) -> bool:
    """Close a part; False, and one line, if it could not write what it was to write."""
    try:
        part.close()
    except UserError as error:
        print(f"error: {error}", file=sys.stderr, flush=True)
        return False
    return True


def _init() -> None:
    try:
        rclpy.init(args=sys.argv, signal_handler_options=SignalHandlerOptions.NO)
    except (RuntimeError, UnicodeError) as error:  # what is wrong with the arguments
        raise UserError(str(error)) from error


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
