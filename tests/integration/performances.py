"""Performances as processes, for tests that observe the graph from outside."""

import os
import subprocess
import sys
import time
from pathlib import Path

from processes import processes
from ros_domains import free_domain

PATIENCE_S = 240.0
"""The first planner on a machine compiles for a minute or so."""
NODES = ("sim_node", "policy_node", "midi_node", "viewer_node")


def own_domain(folder: Path) -> dict[str, str]:
    """An environment with a DDS domain and a place for locks of our own, so that nobody else's graph is heard or
    refused."""
    return os.environ | {"ROS_DOMAIN_ID": str(free_domain()), "XDG_RUNTIME_DIR": str(folder)}


def command(*arguments: object) -> list[str]:
    return [sys.executable, "-m", "pianomime", *map(str, arguments)]


def play(environ, *arguments: object) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        command("play", *arguments), env=environ, capture_output=True, text=True, timeout=PATIENCE_S, check=False
    )


def nodes_of(parent: int) -> dict[str, int]:
    """Process numbers of the nodes that `parent` runs, by name."""
    return {
        name: process.pid
        for process in processes()
        if process.parent == parent and not process.is_zombie
        for name in NODES
        if any(word.endswith(name) for word in process.words)
    }


def still_there(pids) -> list[int]:
    return [pid for pid in pids if Path(f"/proc/{pid}/cmdline").exists() and Path(f"/proc/{pid}/cmdline").read_bytes()]


class Performance:
    """A song that is being played."""

    def __init__(self, environ, song, *arguments: object) -> None:
        self.process = subprocess.Popen(
            command("play", song, *arguments),
            env=environ,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        self.said = ""

    def wait_for(self, words: str) -> None:
        """Read what is said until these words are."""
        while words not in self.said:
            line = self.process.stdout.readline()
            assert line, f"the performance ended: {self.said}"
            self.said += line

    def nodes(self, *names: str) -> dict[str, int]:
        """Process numbers of these nodes, once they all run."""
        deadline_s = time.monotonic() + PATIENCE_S
        while not set(names) <= set(nodes := nodes_of(self.process.pid)):
            assert time.monotonic() < deadline_s, f"nodes: {nodes}"
        return nodes

    def end(self) -> tuple[int, float, str]:
        """Wait for the end; exit code, how long it took, all that was said."""
        begin_s = time.monotonic()
        said, _ = self.process.communicate(timeout=PATIENCE_S)
        return self.process.returncode, time.monotonic() - begin_s, self.said + said

    def kill(self) -> None:
        """Leave nothing behind; pytest shows what was said if the test has failed."""
        self.process.kill()
        rest = self.process.communicate()[0] if not self.process.stdout.closed else ""
        print(self.said + rest)
