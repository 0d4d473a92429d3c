"""Nodes that hang are aborted, so that each prints where its threads are."""

import os
import signal
import time
from pathlib import Path

os.environ["PYTHONFAULTHANDLER"] = "1"  # inherited by the nodes
STACKS_S = 2.0
"""How long they may take to print."""


def abort_nodes() -> None:
    """Abort every node that this process or one of its children runs."""
    nodes = _running_nodes()
    for node in nodes:
        os.kill(node, signal.SIGABRT)
    if nodes:
        time.sleep(STACKS_S)


def _running_nodes() -> list[int]:
    """The processes below this one that run a node of ours."""
    parents, nodes = {}, []
    for process in Path("/proc").glob("[0-9]*"):
        try:
            parents[int(process.name)] = int((process / "stat").read_text().rsplit(")", 1)[1].split()[1])
            words = (process / "cmdline").read_bytes().split(b"\0")
        except OSError:  # it has ended
            continue
        if any(word.endswith(b"_node") for word in words):
            nodes.append(int(process.name))

    def is_ours(pid: int) -> bool:
        while pid in parents:
            pid = parents[pid]
            if pid == os.getpid():
                return True
        return False

    return [node for node in nodes if is_ours(node)]
