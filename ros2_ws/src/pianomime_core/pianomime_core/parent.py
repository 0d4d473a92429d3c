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

"""Ends this process when its parent process is gone, however the parent ended.

The packages of the nodes import this module first, since the parent may be gone before the other imports are done.
"""

import os
import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

PARENT = os.getppid()
"""Id of the parent process when this module was imported."""
LAUNCHER = "PIANOMIME_LAUNCHER"
"""Environment variable with the process id of the launcher, which may be gone before `PARENT` is read."""
POLL_PERIOD_S = 0.25
FAREWELL_S = 10.0
"""Time to write files after SIGTERM, before SIGKILL."""


@contextmanager
def ending_with_parent(poll_period_s: float = POLL_PERIOD_S, farewell_s: float = FAREWELL_S) -> Iterator[None]:
    """Within the block, send this process SIGTERM when its parent is gone, and SIGKILL if that does not end it.

    The parent is polled: Linux's parent-death signal (prctl) comes at the end of the parent's *thread*, and so of a
    worker thread that has started us and is done. A process that was started with `nohup` outlives its parent.
    """
    over = threading.Event()
    if LAUNCHER not in os.environ and _ignores_hangup(os.getpid()) and not _ignores_hangup(PARENT):
        yield
        return

    def watch() -> None:
        while not over.wait(poll_period_s):
            if os.getppid() != PARENT or not Path("/proc", os.environ.get(LAUNCHER, "self")).exists():
                os.kill(os.getpid(), signal.SIGTERM)
                if not over.wait(farewell_s):
                    os.kill(os.getpid(), signal.SIGKILL)
                return

    watcher = threading.Thread(target=watch, name="parent", daemon=True)
    watcher.start()
    try:
        yield
    finally:
        over.set()
        watcher.join()


def _ignores_hangup(process: int) -> bool:
    try:
        status = Path(f"/proc/{process}/status").read_text(encoding="utf-8")
    except FileNotFoundError:  # it has ended, or is outside this container
        return True
    ignored = int(status.split("SigIgn:")[1].split()[0], 16)
    return bool((ignored >> (signal.SIGHUP - 1)) & 1)
