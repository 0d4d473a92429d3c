"""The processes of this machine, and the nodes among them."""

from pathlib import Path
from typing import NamedTuple


class Process(NamedTuple):
    """One process: its number and its parent's, whether it has ended and is not yet waited for, its command line."""

    pid: int
    parent: int
    is_zombie: bool
    words: list[str]

    @property
    def is_node(self) -> bool:
        """Whether it runs a node of ours."""
        return any(word.endswith("_node") for word in self.words)


def processes() -> list[Process]:
    """Return all that run now."""
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        try:
            status = (process / "stat").read_text().rsplit(")", 1)[1].split()
            words = (process / "cmdline").read_bytes().decode(errors="replace").split("\0")
        except OSError:  # it has ended
            continue
        found.append(Process(int(process.name), int(status[1]), status[0] == "Z", words))
    return found


def node_of(parent: int, module: str) -> int:
    """Return the process of a node that `parent` runs."""
    for process in processes():
        if process.parent == parent and module in process.words:
            return process.pid
    raise AssertionError(f"no {module} runs")
