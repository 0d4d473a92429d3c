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

"""Runs work in a child process that may crash or hang, such as a native library on an untrusted file.

The child is a fork: it starts within milliseconds with everything that is loaded here, and returns no data.
"""

import faulthandler
import os
import resource
import signal
import sys
from collections.abc import Callable
from typing import NoReturn

from pianomime_core.errors import UserError

_REFUSED, _FAILED = b"refused ", b"failed "


class ChildError(Exception):
    """The work did not finish; the text continues a sentence that begins with "it": "was killed by SIGSEGV"."""


def in_child(work: Callable[[], object], memory_bytes: int, limit_s: float) -> None:
    """Do the work in a child process and wait for it.

    Args:
        work: Its result and its terminal output are discarded.
        memory_bytes: How much it may allocate beyond what this process has.
        limit_s: How long it may take.

    Raises:
        UserError: The work raised it.
        ChildError: It raised anything else, crashed, or took longer.
    """
    reading, writing = os.pipe()
    sys.stdout.flush()
    sys.stderr.flush()
    pid = os.fork()
    if pid == 0:
        os.close(reading)
        _work_and_exit(work, writing, memory_bytes, limit_s)
    os.close(writing)
    status = None
    try:
        with open(reading, "rb") as pipe:
            answer = pipe.read()
        status = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
    finally:
        if status is None:  # this process is interrupted
            os.kill(pid, signal.SIGKILL)
            os.waitpid(pid, 0)
    if answer.startswith(_REFUSED):
        raise UserError(answer.removeprefix(_REFUSED).decode())
    if answer:
        raise ChildError(answer.removeprefix(_FAILED).decode())
    if status == -signal.SIGALRM:
        raise ChildError(f"took longer than {limit_s:g} s")
    if status < 0:
        raise ChildError(f"was killed by {signal.Signals(-status).name}")
    if status > 0:
        raise ChildError(f"ended with exit code {status}")


def _work_and_exit(work: Callable[[], object], writing: int, memory_bytes: int, limit_s: float) -> NoReturn:
    answer, code = b"", 1
    try:
        for each in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGALRM):
            signal.signal(each, signal.SIG_DFL)
        faulthandler.disable()
        signal.setitimer(signal.ITIMER_REAL, limit_s)
        sys.stdout = sys.stderr = open(os.devnull, "w")  # noqa: SIM115 - to the end of the child
        for stream in (1, 2):
            os.dup2(sys.stdout.fileno(), stream)
        _limit(resource.RLIMIT_CORE, 0)
        _limit(resource.RLIMIT_AS, _address_space_bytes() + memory_bytes)
        work()
        code = 0
    except UserError as error:
        answer = _REFUSED + str(error).encode(errors="backslashreplace")
    except MemoryError:
        answer = _FAILED + f"needs more than {memory_bytes / 1e6:.0f} MB of memory".encode()
    except BaseException as error:
        answer = _FAILED + f"raised {type(error).__name__}: {error}".encode(errors="backslashreplace")
    finally:
        with open(writing, "wb") as pipe:
            pipe.write(answer)
        # Not sys.exit: exit handlers are for the parent process to run.
        os._exit(code)


def _limit(what: int, value: int) -> None:
    _, hard = resource.getrlimit(what)
    resource.setrlimit(what, (value if hard == resource.RLIM_INFINITY else min(value, hard), hard))


def _address_space_bytes() -> int:
    with open("/proc/self/statm") as file:
        return int(file.read().split()[0]) * resource.getpagesize()
