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

"""SIGINT, SIGTERM and SIGHUP while the robot plays: they end the music, and output files are still written."""

import os
import signal
import stat
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from types import FrameType

_SHELL_BASE = 128


class Interrupted(KeyboardInterrupt):
    """A signal other than SIGINT that ends the program, as Ctrl-C does."""

    def __init__(self, number: int) -> None:
        super().__init__()
        self.number = number


def interrupt_exit_code(interrupt: KeyboardInterrupt) -> int:
    """Return the exit code of a process ended by an interrupt."""
    return signal_exit_code(interrupt.number if isinstance(interrupt, Interrupted) else signal.SIGINT)


def signal_exit_code(number: int) -> int:
    """Return the exit code by shell convention: 128 plus the signal number."""
    return _SHELL_BASE + number


@contextmanager
def interruptible() -> Iterator[None]:
    """Context in which Ctrl-C raises KeyboardInterrupt even if a shell made background jobs ignore it, and the first
    SIGTERM or SIGHUP raises `Interrupted`. Further ones are ignored, so that files can be written: closing a terminal
    sends two. `nohup` is respected."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    asked: list[int] = []

    def end(number: int, frame: FrameType | None) -> None:
        if number == signal.SIGHUP:
            _leave_dead_terminal()
        if not asked:
            asked.append(number)
            raise Interrupted(number)

    handlers = {signal.SIGINT: signal.default_int_handler, signal.SIGTERM: end}
    if signal.getsignal(signal.SIGHUP) is not signal.SIG_IGN:
        handlers[signal.SIGHUP] = end
    previous = {number: signal.signal(number, handler) for number, handler in handlers.items()}
    try:
        yield
    finally:
        for number, handler in previous.items():
            signal.signal(number, handler)


def _leave_dead_terminal() -> None:
    """Discard output from now on if the terminal is gone, since every further write would fail."""
    for descriptor in (1, 2):
        with suppress(OSError):
            if stat.S_ISCHR(os.fstat(descriptor).st_mode) and not os.isatty(descriptor):
                nobody = os.open(os.devnull, os.O_WRONLY)
                os.dup2(nobody, descriptor)
                os.close(nobody)
