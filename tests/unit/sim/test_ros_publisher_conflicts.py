"""When a song is stopped for a second publisher, without ROS: the graph and the clock are set by the test."""

import pytest
from graph_of_names import GraphNode

from pianomime_core.errors import UnsafeError
from pianomime_core.ros_owner import Owners
from pianomime_core.ros_qos import NEWEST
from pianomime_sim.ros_publisher_conflicts import PATIENCE_S, PublisherConflicts

TOPIC = "/piano/goal"
MIDI, AGAIN = b"\1", b"\2"
NAMELESS = "/_NODE_NAME_UNKNOWN_"


class SimNode(GraphNode):
    """A node that reads the goal of midi_node while a song is played."""

    destroy_timer = destroy_subscription = create_timer = lambda *this: None

    def __init__(self) -> None:
        super().__init__()
        self.now_s = 0.0
        self.receive = None
        self.ends[TOPIC] = {MIDI: "/midi_node"}
        owners = Owners(self)
        owners.subscribe(object, "piano/goal", lambda message: None, NEWEST)
        self.conflicts = PublisherConflicts(self, owners, (), lambda: self.now_s)
        self.hear(MIDI)

    def create_subscription(self, kind, topic, take, qos, **overriding) -> None:
        self.receive = take

    def hear(self, gid) -> None:
        self.receive("goal", {"publisher_gid": {"data": gid}})

    def check(self, now_s) -> None:
        self.now_s = now_s
        self.conflicts.check()


def test_a_respawned_node_whose_name_comes_late():
    """The killed one stays in the graph; its successor is heard before the graph knows its name."""
    node = SimNode()
    node.ends[TOPIC][AGAIN] = NAMELESS
    node.hear(AGAIN)
    node.check(now_s=0.0)
    node.check(now_s=PATIENCE_S - 0.1)
    node.ends[TOPIC][AGAIN] = "/midi_node"
    del node.ends[TOPIC][MIDI]
    node.check(now_s=PATIENCE_S)
    node.check(now_s=100.0)


def test_a_publisher_that_never_gets_a_name_stops_the_song():
    node = SimNode()
    node.ends[TOPIC][AGAIN] = NAMELESS
    node.hear(AGAIN)
    node.check(now_s=0.0)
    with pytest.raises(UnsafeError, match="hands are stopped: /piano/goal of /midi_node is also published by an unkn"):
        node.check(now_s=PATIENCE_S)


def test_a_second_node_of_the_same_name_stops_the_song_unless_it_leaves():
    node = SimNode()
    node.ends[TOPIC][AGAIN] = "/midi_node"
    node.hear(AGAIN)
    node.check(now_s=0.0)
    del node.ends[TOPIC][AGAIN]
    node.check(now_s=PATIENCE_S)
    node.ends[TOPIC][AGAIN] = "/midi_node"
    node.hear(AGAIN)
    node.check(now_s=PATIENCE_S + 1)
    with pytest.raises(UnsafeError, match="also published by another /midi_node"):
        node.check(now_s=2 * PATIENCE_S + 1)


def test_a_foreign_node_stops_the_song_at_once():
    node = SimNode()
    node.ends[TOPIC][AGAIN] = "/stranger"
    node.hear(AGAIN)
    with pytest.raises(UnsafeError, match="also published by /stranger"):
        node.check(now_s=0.0)
