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

"""Defers Ctrl-C and termination signals until the current piece of work is complete."""

import os
import signal
import sys
import threading
from types import FrameType, TracebackType
from typing import Any


class PostponedSignals:
    """Context in which SIGINT, SIGTERM and SIGHUP are deferred: they are recorded, and take effect when it ends.

    A second SIGINT takes effect at once. A signal that the process ignores stays ignored; outside the main thread,
    where Python cannot handle signals, nothing is deferred.

    Args:
        notice: Line printed on stderr at the first deferred SIGINT; empty for none.

    Attributes:
        received: The deferred signal, or None; the work inside should end soon if it is set.
    """

    def __init__(self, notice: str = "") -> None:
        self._notice = notice
        self.received: int | None = None
        self._handlers: dict[int, Any] = {}

    def __enter__(self) -> "PostponedSignals":
        if threading.current_thread() is threading.main_thread():
            for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
                if signal.getsignal(number) is not signal.SIG_IGN:
                    self._handlers[number] = signal.signal(number, self._note)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for number, handler in self._handlers.items():
            signal.signal(number, handler)
        if self.received is not None:
            signal.raise_signal(self.received)

    def _note(self, number: int, frame: FrameType | None) -> None:
        if self.received == number == signal.SIGINT:
            self.received = None
            raise KeyboardInterrupt
        if number == signal.SIGINT and self._notice:
            os.write(sys.stderr.fileno(), f"{self._notice}\n".encode())  # print is not reentrant
        self.received = number
