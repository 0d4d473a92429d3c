"""Nodes that hang are aborted, so that each prints where its threads are."""

import os
import signal
import time

from processes import processes

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
    found = {process.pid: process for process in processes()}

    def is_ours(pid: int) -> bool:
        while pid in found:
            pid = found[pid].parent
            if pid == os.getpid():
                return True
        return False

    return [pid for pid, process in found.items() if process.is_node and is_ours(pid)]
