"""Work in a child process: whatever happens to it, the parent continues and gets a description."""

import os
import signal
import time

import pytest

from pianomime_core.child import ChildError, in_child
from pianomime_core.errors import UserError

MEMORY_BYTES, LIMIT_S = 100_000_000, 20.0


def told(work, memory_bytes=MEMORY_BYTES, limit_s=LIMIT_S):
    with pytest.raises(ChildError) as error:
        in_child(work, memory_bytes, limit_s)
    return str(error.value)


def test_what_ends_well_says_nothing_and_changes_nothing_here(capfd):
    seen = []
    in_child(lambda: (seen.append(1), print("noise"), os.write(2, b"noise")), MEMORY_BYTES, LIMIT_S)
    assert seen == []
    assert capfd.readouterr() == ("", "")


def test_a_refusal_is_raised_here():
    def refuse():
        raise UserError("file 'ü \udcff' is no good")

    with pytest.raises(UserError, match=r"file 'ü \\udcff' is no good"):
        in_child(refuse, MEMORY_BYTES, LIMIT_S)


def test_a_crash_is_told():
    assert told(lambda: os.kill(os.getpid(), signal.SIGSEGV)) == "was killed by SIGSEGV"
    assert told(lambda: os._exit(7)) == "ended with exit code 7"
    assert told(lambda: 1 / 0) == "raised ZeroDivisionError: division by zero"
    assert told(lambda: bytearray(10**9)) == "needs more than 100 MB of memory"
    assert told(lambda: time.sleep(60), limit_s=0.1) == "took longer than 0.1 s"


def test_no_child_and_no_open_file_is_left():
    files = len(os.listdir("/proc/self/fd"))
    for _ in range(3):
        told(lambda: os._exit(1))
    assert len(os.listdir("/proc/self/fd")) == files
    with pytest.raises(ChildProcessError):
        os.waitpid(-1, os.WNOHANG)
