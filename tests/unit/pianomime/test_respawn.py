"""The rule of what follows upon the end of a node."""

import pytest

from pianomime.graph.node_entry import NodeEntry
from pianomime.graph.respawn import RESTARTS, Fate, fate, restart_line, started_again

SIM = NodeEntry("p", "sim", "sim", "sim", ends_graph=True)
POLICY = NodeEntry("p", "policy", "policy", "policy")
VIEWER = NodeEntry("p", "viewer", "viewer", "viewer", required=False)
KILLED = -9


@pytest.mark.parametrize(
    ("node", "code", "restarts", "verdict"),
    [
        (SIM, 0, 0, Fate.END),
        (SIM, 0, RESTARTS, Fate.END),
        (SIM, KILLED, 0, Fate.RESTART),
        (SIM, 1, RESTARTS - 1, Fate.RESTART),
        (SIM, 1, RESTARTS, Fate.DIE),
        (POLICY, 0, 0, Fate.RESTART),
        (POLICY, KILLED, RESTARTS, Fate.DIE),
        (POLICY, 2, 0, Fate.REFUSE),
        (POLICY, 3, 0, Fate.DIE),
        (VIEWER, 0, 0, Fate.LEAVE),
        (VIEWER, KILLED, 0, Fate.RESTART),
        (VIEWER, KILLED, RESTARTS, Fate.LEAVE),
        (VIEWER, 2, 0, Fate.REFUSE),
    ],
)
def test_what_follows(node: NodeEntry, code: int, restarts: int, verdict: Fate) -> None:
    assert fate(node, code, restarts) is verdict


def test_it_is_said_in_one_line() -> None:
    assert restart_line("killed by SIGKILL", 2) == "killed by SIGKILL: started again (2 of 3)"


def test_who_is_started_again_is_told_so_by_its_parameters() -> None:
    node = NodeEntry("p", "live", "live", "live", parameters={"a": 1, "b": 2}, restart_parameters={"b": 3})
    assert started_again(node).parameters == {"a": 1, "b": 3}
    assert started_again(started_again(node)) == started_again(node)
    assert started_again(SIM) == SIM
