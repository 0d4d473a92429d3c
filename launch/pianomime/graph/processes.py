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

"""Child processes that cannot outlive this one: in their own process groups, ended together, killed after a timeout."""

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
    """One running node and its output."""

    def __init__(
        self, name: str, command: Sequence[str], environ: Mapping[str, str], on_line: OnLine, stop_s: float
    ) -> None:
        """Start the process.

        Args:
            name: For messages.
            command: Program and arguments.
            environ: Its environment.
            on_line: Called from another thread with the name and each line of its output.
            stop_s: How long it may take to end once asked; then its whole process group is killed.
        """
        self.name = name
        self.stop_s = stop_s
        self.error = ""
        """The process's last error message: the rest of its last line that began with "error: "."""
        self._on_line = on_line
        self._listening = True
        # Its own session, so that Ctrl-C in the terminal reaches only this process, which ends the nodes in order.
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
        """The process id."""
        return self._popen.pid

    @property
    def exit_code(self) -> int | None:
        """None while it runs; -N if signal N ended it."""
        return self._popen.poll()

    def ending(self) -> str:
        """Return a description of how it ended."""
        code = self._popen.poll()
        if code is None:
            return "still running"
        return f"killed by {signal.Signals(-code).name}" if code < 0 else f"exit code {code}"

    def terminate(self, *, listen: bool = False) -> None:
        """Send SIGTERM, and discard further output unless `listen`. Not SIGINT, at which a node that is still importing
        would print a traceback."""
        if self._popen.poll() is None:
            self._listening = listen
            self._popen.terminate()

    def finish(self, deadline_s: float) -> None:
        """Wait for its end until `deadline_s` on the monotonic clock, then kill it with its whole process group."""
        with suppress(subprocess.TimeoutExpired):
            self._popen.wait(max(deadline_s - time.monotonic(), 0.0))
        with suppress(ProcessLookupError):
            os.killpg(self._popen.pid, signal.SIGKILL)
        self._popen.wait()
        self.drain()

    def drain(self) -> None:
        """Wait until all its output has been read."""
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
    """End all processes within their time limits; none is left, even if the user presses Ctrl-C again."""
    # Only the main thread may set (and receive) signals.
    in_main = threading.current_thread() is threading.main_thread()
    previous = signal.signal(signal.SIGINT, signal.SIG_IGN) if in_main else None
    try:
        for process in processes:
            process.terminate()
        asked_s = time.monotonic()
        for process in processes:
            process.finish(asked_s + process.stop_s)
    finally:
        if previous is not None:
            signal.signal(signal.SIGINT, previous)


def _die_with_parent() -> None:
    # In the child: the kernel sends SIGTERM when our main thread is gone, even after SIGKILL, and even before the child
    # can monitor its parent itself (pianomime_core.parent). Standard ROS 2 programs never do.
    _LIBC.prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)
