"""Child processes that cannot outlive us: started in groups of their own, ended together, killed if they dawdle."""

import ctypes
import os
import signal
import subprocess
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress

_PR_SET_PDEATHSIG = 1
_LIBC = ctypes.CDLL(None)

OnLine = Callable[[str, str], None]


class Process:
    """One running node and what it says."""

    def __init__(
        self, name: str, command: Sequence[str], environ: Mapping[str, str], on_line: OnLine, stop_s: float
    ) -> None:
        """Start it.

        Args:
            name: For messages.
            command: Program and arguments.
            environ: Its environment.
            on_line: Called from another thread with the name and each line of its output.
            stop_s: How long it may take to end by itself once asked; then its whole group is killed.
        """
        self.name = name
        self.stop_s = stop_s
        self.error = ""
        """What the process said was wrong with its input: the rest of its last line that began with "error: "."""
        self._on_line = on_line
        self._listening = True
        # Its own session: a Ctrl-C in the terminal reaches us alone, and we end the nodes in order.
        self._popen = subprocess.Popen(
            command,
            env=dict(environ),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
            start_new_session=True,
            preexec_fn=_die_with_parent,
        )
        self._reader = threading.Thread(target=self._read, name=f"output of {name}", daemon=True)
        self._reader.start()

    @property
    def number(self) -> int:
        """The process number."""
        return self._popen.pid

    @property
    def exit_code(self) -> int | None:
        """None while it runs; -N if signal N ended it."""
        return self._popen.poll()

    def ending(self) -> str:
        """How it ended, in words."""
        code = self._popen.poll()
        if code is None:
            return "still running"
        return f"killed by {signal.Signals(-code).name}" if code < 0 else f"exit code {code}"

    def interrupt(self, *, listen: bool = False) -> None:
        """Ask it to end, and listen no more unless asked to: a node interrupted while it starts has nothing to say but
        a traceback."""
        if self._popen.poll() is None:
            self._listening = listen
            self._popen.send_signal(signal.SIGINT)

    def finish(self, deadline_s: float) -> None:
        """Wait for its end until `deadline_s` on the monotonic clock, then kill it with all it may have started."""
        with suppress(subprocess.TimeoutExpired):
            self._popen.wait(max(deadline_s - time.monotonic(), 0.0))
        with suppress(ProcessLookupError):
            os.killpg(self._popen.pid, signal.SIGKILL)
        self._popen.wait()
        self.drain()

    def drain(self) -> None:
        """Wait until all it has said is read."""
        self._reader.join(timeout=0.5)

    def _read(self) -> None:
        assert self._popen.stdout is not None
        for line in self._popen.stdout:
            text = line.rstrip()
            if text.startswith("error: "):
                self.error = text.removeprefix("error: ")
            elif text and self._listening:
                self._on_line(self.name, text)


def stop_all(processes: Sequence[Process]) -> None:
    """End all processes within the time that each may take; none is left, not even if the user is impatient."""
    # Only the main thread may change (and hear) signals.
    in_main = threading.current_thread() is threading.main_thread()
    previous = signal.signal(signal.SIGINT, signal.SIG_IGN) if in_main else None
    try:
        for process in processes:
            process.interrupt()
        asked_s = time.monotonic()
        for process in processes:
            process.finish(asked_s + process.stop_s)
    finally:
        if previous is not None:
            signal.signal(signal.SIGINT, previous)


def _die_with_parent() -> None:
    # In the child: the kernel asks it to end when our main thread is gone, even if that was by SIGKILL, and even before
    # it can look after its parent itself (pianomime_core.parent). Programs of ROS 2's own never do.
    _LIBC.prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)
    # An ignored SIGINT (a shell's background job) would be inherited; nodes must hear it.
    signal.signal(signal.SIGINT, signal.SIG_DFL)
