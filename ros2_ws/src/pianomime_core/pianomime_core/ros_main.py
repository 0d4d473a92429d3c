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

"""The `main` of every node: environment, startup, spinning, one line for bad input, clean shutdown, exit code."""

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
    """What a process runs: a node, whether it has finished, and how to close it."""

    node: Node

    @property
    def finished(self) -> bool:
        """True when the process may end by itself."""
        ...

    def close(self) -> None:
        """Stop threads and write output files; called once, before the node is destroyed.

        Raises:
            UserError: A file cannot be written.
        """
        ...


class _Signals:
    """SIGINT, SIGTERM and SIGHUP as a flag that the spin loop checks between callbacks.

    rclpy's own handlers shut the context down from another thread, under whatever callback is running, and Python's
    raise anywhere in the code: both can turn an orderly shutdown into an error.
    """

    def __init__(self) -> None:
        self.received = False
        self.raises = True
        """While a part is being built a signal raises: building may take a minute and has nothing to save."""
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

    One single-threaded executor: callbacks are short, and work that must not wait for them has its own thread.
    When the parent process is gone, this one ends as by SIGTERM.
    Codes: 0 finished or a signal; 2 bad input and 3 numbers that no robot may follow, both reported in one line
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
        # A build interrupted inside the middleware may raise any error.
        if not signals.received:
            traceback.print_exc()
            return EXIT_CRASH
    finally:
        signals.raises = False
        written = part is None or _close(part)
        rclpy.try_shutdown()
    return EXIT_END if written else EXIT_USER_ERROR


def _close(part: Part) -> bool:
    """Close a part; print one line and return False if it could not write its files."""
    try:
        part.close()
    except UserError as error:
        print(f"error: {error}", file=sys.stderr, flush=True)
        return False
    return True


def _init() -> None:
    try:
        rclpy.init(args=sys.argv, signal_handler_options=SignalHandlerOptions.NO)
    except (RuntimeError, UnicodeError) as error:  # invalid arguments
        raise UserError(str(error)) from error


def prefer_prompt_replies() -> None:
    """Prepare a process for a steady 20 Hz once everything is built: existing objects are excluded from garbage
    collection, threads switch quickly, and they get priority over other processes if the machine permits it."""
    gc.collect()
    gc.freeze()
    sys.setswitchinterval(_SWITCH_INTERVAL_S)
    # On Linux niceness belongs to a thread; those of the middleware delay messages as much as ours.
    for thread in os.listdir("/proc/self/task"):
        with suppress(OSError):
            os.setpriority(os.PRIO_PROCESS, int(thread), _NICENESS)
