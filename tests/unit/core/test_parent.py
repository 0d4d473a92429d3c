"""Processes whose parent is killed."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from pianomime_core.parent import LAUNCHER, ending_with_parent

CHILD = """
import signal, sys, time
from pathlib import Path
from pianomime_core.parent import ending_with_parent
def end(number, frame):
    Path(sys.argv[1]).write_text("written")
    sys.exit()
signal.signal(signal.SIGTERM, {handler})
with ending_with_parent(0.01, 0.1):
    print("ready", flush=True)
    time.sleep(60)
"""
# The parent only starts the child, from a thread that is gone when the child runs, and waits.
PARENT = """
import signal, subprocess, sys, threading
signal.signal(signal.SIGHUP, signal.{hangup})
start = threading.Thread(target=lambda: subprocess.Popen([*{prefix}, sys.executable, "-c", sys.argv[1], sys.argv[2]]))
start.start(); start.join()
sys.stdin.read()
"""


def family(folder: Path, handler: str, *prefix: str, hangup: str = "SIG_DFL") -> tuple[subprocess.Popen, int]:
    """The parent, and the number of its child, which is ready."""
    parent = subprocess.Popen(
        [
            sys.executable,
            "-c",
            PARENT.format(prefix=prefix, hangup=hangup),
            CHILD.format(handler=handler),
            str(folder / "file"),
        ],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert parent.stdout.readline() == "ready\n"
    [child] = Path(f"/proc/{parent.pid}/task/{parent.pid}/children").read_text().split()
    return parent, int(child)


def runs(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except FileNotFoundError:
        return False


def ends(pid: int) -> bool:
    deadline_s = time.monotonic() + 10
    while runs(pid):
        if time.monotonic() > deadline_s:
            return False
        time.sleep(0.01)
    return True


@pytest.mark.parametrize(
    ("number", "hangup"), [(signal.SIGKILL, "SIG_DFL"), (signal.SIGTERM, "SIG_DFL"), (signal.SIGKILL, "SIG_IGN")]
)
def test_an_orphan_writes_its_files_and_ends(tmp_path, number, hangup):
    """Also where the whole family was started by nohup."""
    parent, child = family(tmp_path, "end", hangup=hangup)
    assert runs(child), "the parent's thread is gone, the parent is not"
    parent.send_signal(number)
    assert ends(child)
    assert (tmp_path / "file").read_text() == "written"
    parent.wait()


def test_an_orphan_that_does_not_listen_is_killed(tmp_path):
    parent, child = family(tmp_path, "signal.SIG_IGN")
    parent.kill()
    assert ends(child)
    assert not (tmp_path / "file").exists()
    parent.wait()


def test_nohup_outlives_its_parent(tmp_path):
    parent, child = family(tmp_path, "end", "nohup")
    parent.kill()
    parent.wait()
    time.sleep(0.1)
    assert runs(child)
    os.kill(child, signal.SIGKILL)


@pytest.mark.parametrize("prefix", [(), ("nohup",)])
def test_who_is_launched_ends_though_its_launcher_was_gone_before_it_looked(tmp_path, prefix):
    launcher = subprocess.Popen(["true"])
    launcher.wait()
    child = subprocess.Popen(
        [*prefix, sys.executable, "-c", CHILD.format(handler="end"), str(tmp_path / "file")],
        env={**os.environ, LAUNCHER: str(launcher.pid)},
        stdout=subprocess.DEVNULL,
    )
    assert child.wait(10) == 0
    assert (tmp_path / "file").read_text() == "written"


def test_who_is_launched_by_way_of_a_wrapper_goes_on(tmp_path):
    words = ["env", f"{LAUNCHER}={os.getpid()}", "nohup"]
    parent, child = family(tmp_path, "end", *words)
    time.sleep(0.1)
    assert runs(child)
    parent.kill()
    assert ends(child)
    parent.wait()


def test_nothing_is_left_of_it():
    before = signal.getsignal(signal.SIGTERM)
    with ending_with_parent():
        pass
    assert signal.getsignal(signal.SIGTERM) is before
