"""What becomes of the graph when one of its processes has ended: the rule of launch file and runner alike."""

from dataclasses import replace
from enum import Enum, auto

from pianomime.graph.node_entry import NodeEntry

RESTARTS = 3
"""How often a node that dies is started again in one performance."""
RESTART_DELAY_S = 1.0
"""The others notice within this time that it is gone, and make ready for its return."""
EXIT_USER_ERROR = 2
_EXIT_END, _EXIT_UNSAFE = 0, 3


class NodeDied(Exception):  # noqa: N818 (an event, like KeyboardInterrupt)
    """A required node ended before the song did, and is not started again; the text says which and how."""


class RespawnDecision(Enum):
    """What to do."""

    END = auto()
    """The song is over."""
    LEAVE = auto()
    """It was not needed, or its window was closed: go on without it."""
    RESTART = auto()
    """Start it again; the song goes on."""
    REFUSE = auto()
    """Bad input: end, with what the node said."""
    DIE = auto()
    """End: it came to numbers that no robot may follow, or dies again and again."""


def respawn_decision(node: NodeEntry, exit_code: int, restarts: int) -> RespawnDecision:
    """Return what follows upon the end of a node.

    Args:
        node: Which one.
        exit_code: As of `pianomime_core.ros_main`; negative for a signal.
        restarts: How often it has been started again so far.
    """
    if exit_code == EXIT_USER_ERROR:
        return RespawnDecision.REFUSE
    if exit_code == _EXIT_UNSAFE:
        return RespawnDecision.DIE
    if exit_code == _EXIT_END and (node.ends_graph or not node.required):
        return RespawnDecision.END if node.ends_graph else RespawnDecision.LEAVE
    if restarts < RESTARTS:
        return RespawnDecision.RESTART
    return RespawnDecision.DIE if node.required else RespawnDecision.LEAVE


def started_again(node: NodeEntry) -> NodeEntry:
    """Return the node as it is started in the middle of a performance."""
    return replace(node, parameters={**node.parameters, **node.restart_parameters})


def restart_line(ending: str, restarts: int) -> str:
    """What to tell about it: "killed by SIGKILL: started again (1 of 3)"; `restarts` counts this one."""
    return f"{ending}: started again ({restarts} of {RESTARTS})"
