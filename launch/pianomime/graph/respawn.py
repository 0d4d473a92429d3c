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

"""What happens when a process of the graph has ended; used by launch files and by the runner."""

from dataclasses import replace
from enum import Enum, auto

from pianomime.graph.node_entry import NodeEntry

RESTARTS = 3
"""How often a node that dies is restarted in one performance."""
RESTART_DELAY_S = 1.0
"""Time for the other nodes to notice that it is gone, and to prepare for its return."""
EXIT_USER_ERROR = 2
_EXIT_END, _EXIT_UNSAFE = 0, 3


class NodeDied(Exception):  # noqa: N818 (an event, like KeyboardInterrupt)
    """A required node ended before the song did, and is not restarted; the text says which and how."""


class RespawnDecision(Enum):
    """What to do when a node has ended."""

    END = auto()
    """The song is over."""
    LEAVE = auto()
    """It was not required, or its window was closed: continue without it."""
    RESTART = auto()
    """Restart it; the song continues."""
    REFUSE = auto()
    """Bad input: end with the error of the node."""
    DIE = auto()
    """End: it got numbers that no robot may follow, or died too often."""


def respawn_decision(node: NodeEntry, exit_code: int, restarts: int) -> RespawnDecision:
    """Return what to do when a node has ended.

    Args:
        node: The node.
        exit_code: As in `pianomime_core.ros_main`; negative for a signal.
        restarts: Number of restarts so far.
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
    """Return the node as it is restarted in the middle of a performance."""
    return replace(node, parameters={**node.parameters, **node.restart_parameters})


def restart_line(ending: str, restarts: int) -> str:
    """Return the line to print, such as "killed by SIGKILL: started again (1 of 3)"; `restarts` counts this one."""
    return f"{ending}: started again ({restarts} of {RESTARTS})"
