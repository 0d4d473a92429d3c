"""Which of two nodes may publish on a topic, without ROS."""

import pytest
from graph_of_names import FakeLiveliness, GraphNode

from pianomime_core.errors import UserError
from pianomime_core.ros_claim import DISCOVERY_S, Claim
from pianomime_core.ros_liveliness import ALIVE_S

TOPIC = "/hands/joint_states"


class Claimant(GraphNode):
    """A node in the graph of all, `ends`, which becomes a publisher with id `gid`."""

    def __init__(self, ends, gid, liveliness, clock) -> None:
        super().__init__()
        self.ends[TOPIC] = ends
        self.gid = gid
        self.context = self
        self.claim = Claim(self, object, "hands/joint_states", None, liveliness, clock)

    def create_publisher(self, kind, topic, qos, **overriding) -> object:
        self.ends[TOPIC][self.gid] = "/sim_node"
        return object()

    def get_domain_id(self) -> int:
        return 3


class Stage:
    def __init__(self, *there) -> None:
        self.now_s = 0.0
        self.ends = dict.fromkeys(there, "/sim_node")
        self.liveliness = FakeLiveliness()

    def enter(self, gid) -> Claim:
        return Claimant(self.ends, gid, self.liveliness, lambda: self.now_s).claim


def test_who_is_alone_waits_for_discovery_only():
    stage = Stage()
    claim = stage.enter(b"\5")
    assert not claim.is_granted()
    stage.now_s = DISCOVERY_S
    assert claim.is_granted()


def test_who_comes_to_a_living_one_is_refused_with_its_process():
    stage = Stage(b"\1")
    stage.liveliness.count["/sim_node"] = 1
    with pytest.raises(
        UserError, match=r"second instance.*domain 3 \(/sim_node, started by process 4711\).*ROS_DOMAIN_ID.*0 to 101"
    ):
        stage.enter(b"\5").is_granted()


@pytest.mark.parametrize("dead", [b"\1", b"\7"])
def test_the_dead_are_waited_for_and_then_passed_over(dead):
    stage = Stage(dead)
    claim = stage.enter(b"\5")
    stage.now_s = DISCOVERY_S
    assert not claim.is_granted()
    stage.now_s = DISCOVERY_S + 2 * ALIVE_S
    assert claim.is_granted()


@pytest.mark.parametrize("apart_s", [0.0, 0.9 * DISCOVERY_S])
@pytest.mark.parametrize("order", [(b"\1", b"\2"), (b"\2", b"\1")])
def test_of_two_that_come_at_the_same_time_one_is_granted(order, apart_s):
    stage = Stage()
    claims = {order[0]: stage.enter(order[0])}
    granted, refused = [], []
    while stage.now_s < 12.0:
        stage.now_s += 0.1
        if stage.now_s > apart_s and len(claims) + len(refused) < 2 and order[1] not in refused:
            claims.setdefault(order[1], stage.enter(order[1])) if order[1] not in stage.ends else None
        for gid, claim in list(claims.items()):
            if gid in granted:
                continue
            try:
                if claim.is_granted():
                    granted.append(gid)
                    stage.liveliness.count["/sim_node"] = 1
            except UserError:
                refused.append(gid)
                del claims[gid], stage.ends[gid]
    assert len(granted) == 1
    assert len(refused) == 1
