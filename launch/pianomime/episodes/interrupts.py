"""SIGINT, SIGTERM and SIGHUP while the robot plays: they end the music, and what was asked for is still written."""

import os
import signal
import stat
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from types import FrameType

_SHELL_BASE = 128


class Interrupted(KeyboardInterrupt):
    """A signal other than SIGINT asks for the end, as Ctrl-C does."""

    def __init__(self, number: int) -> None:
        super().__init__()
        self.number = number


def interrupt_exit_code(interrupt: KeyboardInterrupt) -> int:
    """Return the exit code of a process that an interrupt ended."""
    return signal_exit_code(interrupt.number if isinstance(interrupt, Interrupted) else signal.SIGINT)


def signal_exit_code(number: int) -> int:
    """Return the exit code that shells know: 128 and the signal's number."""
    return _SHELL_BASE + number


@contextmanager
def interruptible() -> Iterator[None]:
    """Within it Ctrl-C raises KeyboardInterrupt even where a shell has told background jobs to ignore it, and the first
    SIGTERM or SIGHUP raises `Interrupted`. Of these the second says nothing new, and takes nothing from what is being
    written: a terminal that is closed sends two. `nohup` is respected."""
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
    """Print to nobody from now on if the terminal is gone: every further word would be an error."""
    for descriptor in (1, 2):
        with suppress(OSError):
            if stat.S_ISCHR(os.fstat(descriptor).st_mode) and not os.isatty(descriptor):
                nobody = os.open(os.devnull, os.O_WRONLY)
                os.dup2(nobody, descriptor)
                os.close(nobody)
