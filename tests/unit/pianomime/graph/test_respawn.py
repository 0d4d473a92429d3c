"""The rules for nodes that have ended."""

import pytest

from pianomime.graph.node_entry import NodeEntry
from pianomime.graph.respawn import RESTARTS, RespawnDecision, respawn_decision, restart_line, started_again

SIM = NodeEntry("p", "sim", "sim", "sim", ends_graph=True)
POLICY = NodeEntry("p", "policy", "policy", "policy")
VIEWER = NodeEntry("p", "viewer", "viewer", "viewer", required=False)
KILLED = -9


@pytest.mark.parametrize(
    ("node", "code", "restarts", "decision"),
    [
        (SIM, 0, 0, RespawnDecision.END),
        (SIM, 0, RESTARTS, RespawnDecision.END),
        (SIM, KILLED, 0, RespawnDecision.RESTART),
        (SIM, 1, RESTARTS - 1, RespawnDecision.RESTART),
        (SIM, 1, RESTARTS, RespawnDecision.DIE),
        (POLICY, 0, 0, RespawnDecision.RESTART),
        (POLICY, KILLED, RESTARTS, RespawnDecision.DIE),
        (POLICY, 2, 0, RespawnDecision.REFUSE),
        (POLICY, 3, 0, RespawnDecision.DIE),
        (VIEWER, 0, 0, RespawnDecision.LEAVE),
        (VIEWER, KILLED, 0, RespawnDecision.RESTART),
        (VIEWER, KILLED, RESTARTS, RespawnDecision.LEAVE),
        (VIEWER, 2, 0, RespawnDecision.REFUSE),
    ],
)
def test_what_follows(node: NodeEntry, code: int, restarts: int, decision: RespawnDecision) -> None:
    assert respawn_decision(node, code, restarts) is decision


def test_it_is_said_in_one_line() -> None:
    assert restart_line("killed by SIGKILL", 2) == "killed by SIGKILL: started again (2 of 3)"


def test_who_is_started_again_is_told_so_by_its_parameters() -> None:
    node = NodeEntry("p", "live", "live", "live", parameters={"a": 1, "b": 2}, restart_parameters={"b": 3})
    assert started_again(node).parameters == {"a": 1, "b": 3}
    assert started_again(started_again(node)) == started_again(node)
    assert started_again(SIM) == SIM
