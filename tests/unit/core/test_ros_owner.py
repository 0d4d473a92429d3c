"""Which publisher a reader accepts, without ROS: publishers appear, publish, die and are restarted."""

import pytest
from graph_of_names import FakeLiveliness, GraphNode

from pianomime_core.ros_owner import Other, Reader

TOPIC = "/hands/command"
POLICY, AGAIN, STRANGER = b"\1", b"\2", b"\3"


class Scene:
    def __init__(self, *, latched=False) -> None:
        self.now_s = 100.0
        self.node, self.liveliness, self.taken = GraphNode(), FakeLiveliness(), []
        self.ends = self.node.ends[TOPIC] = {POLICY: "/policy_node"}
        self.reader = Reader(
            self.node,
            "hands/command",
            self.taken.append,
            latched=latched,
            liveliness=self.liveliness,
            clock=lambda: self.now_s,
        )

    def say(self, gid, message, *, after_s=0.0) -> None:
        self.now_s += after_s
        self.reader.receive(message, {"publisher_gid": {"data": gid}})


def test_a_stranger_is_named_and_not_believed():
    scene = Scene()
    scene.say(POLICY, "p0")
    scene.ends[STRANGER] = "/studio/stranger"
    for number in range(100):
        scene.say(STRANGER, "s", after_s=0.1)
        scene.say(POLICY, f"p{number + 1}")
    assert scene.taken == [f"p{number}" for number in range(101)]
    assert scene.reader.refused == 100
    scene.reader.update()
    assert scene.node.said[0] == "/hands/command of /studio/stranger refused: it belongs to /policy_node"
    assert scene.reader.others() == (Other("/studio/stranger", same_name=False),)
    del scene.ends[STRANGER]
    scene.reader.update()
    assert scene.reader.others() == ()


def test_a_stranger_is_not_believed_while_the_owner_is_silent():
    """Stopped in a debugger, or thinking."""
    scene = Scene()
    scene.say(POLICY, "p")
    scene.ends[STRANGER] = "/stranger"
    scene.say(STRANGER, "s", after_s=60.0)
    scene.say(POLICY, "p")
    assert scene.taken == ["p", "p"]


@pytest.mark.parametrize("left", [True, False])
def test_who_is_started_in_the_place_of_a_dead_owner_inherits(left):
    """Also while the dead one, which was killed, is still in the graph."""
    scene = Scene()
    scene.say(POLICY, "old")
    scene.ends[AGAIN] = "/policy_node"
    if left:
        del scene.ends[POLICY]
    scene.say(AGAIN, "new", after_s=1.5)
    scene.say(AGAIN, "new")
    assert scene.taken == ["old", "new", "new"]
    assert scene.reader.others() == ()


def test_a_second_of_the_same_name_is_not_believed_while_the_first_speaks():
    scene = Scene()
    scene.say(POLICY, "first")
    scene.ends[AGAIN] = "/policy_node"
    for _ in range(10):
        scene.say(POLICY, "first", after_s=0.25)
        scene.say(AGAIN, "second", after_s=0.25)
    assert set(scene.taken) == {"first"}
    assert [str(other) for other in scene.reader.others()] == ["another /policy_node"]


def test_who_was_thought_dead_and_speaks_again_is_the_other():
    scene = Scene()
    scene.say(POLICY, "first")
    scene.ends[AGAIN] = "/policy_node"
    scene.say(AGAIN, "second", after_s=1.5)
    scene.say(POLICY, "first")
    scene.say(AGAIN, "second", after_s=0.1)
    assert scene.taken == ["first", "second", "second"]
    assert scene.reader.others() == (Other("/policy_node", same_name=True),)


def test_an_owner_that_leaves_is_followed_by_anybody():
    scene = Scene()
    scene.say(POLICY, "p")
    del scene.ends[POLICY]
    scene.ends[STRANGER] = "/my_own_policy"
    scene.say(STRANGER, "mine")
    assert scene.taken == ["p", "mine"]


def test_what_is_said_once_is_taken_when_its_owner_inherits():
    scene = Scene(latched=True)
    scene.say(POLICY, "song")
    scene.ends[STRANGER] = "/stranger"
    scene.say(STRANGER, "another", after_s=60.0)
    scene.reader.update()
    assert scene.taken == ["song"]
    del scene.ends[POLICY]
    scene.reader.update()
    assert scene.taken == ["song", "another"]


@pytest.mark.parametrize(("living", "taken"), [(1, ["song", "again"]), (2, ["song"])])
def test_what_is_said_once_by_a_node_of_the_same_name_waits_until_the_first_is_known_to_be_dead(living, taken):
    scene = Scene(latched=True)
    scene.say(POLICY, "song")
    scene.ends[AGAIN] = "/policy_node"
    scene.liveliness.count["/policy_node"] = 1
    scene.say(AGAIN, "again", after_s=60.0)
    scene.reader.update()
    assert scene.taken == ["song"], "the first may have spoken last just now"
    scene.now_s += 3.0
    scene.liveliness.count["/policy_node"] = living
    scene.reader.update()
    assert scene.taken == taken


def test_two_that_were_not_heard_yet_are_told_by_the_graph():
    scene = Scene()
    scene.ends[STRANGER] = "/stranger"
    assert [other.name for other in scene.reader.others()] == ["/stranger"]
    scene.ends[STRANGER] = "/policy_node"
    assert scene.reader.others() == (), "one of them may have been killed"
    scene.liveliness.count["/policy_node"] = 2
    assert [str(other) for other in scene.reader.others()] == ["another /policy_node"]


def test_a_publisher_without_a_node_is_not_believed_and_counts():
    scene = Scene()
    scene.say(POLICY, "p")
    scene.ends[STRANGER] = "/_NODE_NAME_UNKNOWN_"
    assert scene.reader.others() == (), "its name may still be on its way"
    scene.say(STRANGER, "s")
    assert [str(other) for other in scene.reader.others()] == ["an unknown node"]
    scene.ends[STRANGER] = "/stranger"
    scene.reader.update()
    assert scene.node.said == ["/hands/command of /stranger refused: it belongs to /policy_node"]
    assert [str(other) for other in scene.reader.others()] == ["/stranger"]
    assert scene.taken == ["p"]


def test_a_name_that_comes_late_is_known_as_soon_as_the_graph_knows_it():
    """The one that was killed is still in the graph, and the one started in its place has just spoken."""
    scene = Scene()
    scene.say(POLICY, "p")
    scene.ends[AGAIN] = "/_NODE_NAME_UNKNOWN_"
    scene.say(AGAIN, "again", after_s=2.3)
    assert [str(other) for other in scene.reader.others()] == ["an unknown node"]
    scene.ends[AGAIN] = "/policy_node"
    assert scene.reader.others() == ()


def test_an_owner_without_a_node_is_the_other_of_one_with_a_name():
    scene = Scene()
    scene.ends[STRANGER] = "/_NODE_NAME_UNKNOWN_"
    del scene.ends[POLICY]
    scene.say(STRANGER, "s")
    assert scene.reader.others() == (), "its name may still be on its way"
    scene.ends[POLICY] = "/policy_node"
    assert [str(other) for other in scene.reader.others()] == ["an unknown node"]
    del scene.ends[STRANGER]
    assert scene.reader.others() == ()


def test_names_that_come_late_are_learnt():
    scene = Scene()
    scene.ends[POLICY] = "/_NODE_NAME_UNKNOWN_"
    scene.say(POLICY, "p")
    scene.ends |= {POLICY: "/policy_node", AGAIN: "/policy_node"}
    scene.say(AGAIN, "again", after_s=2.0)
    assert scene.taken == ["p", "again"]


def test_where_the_middleware_does_not_tell_all_are_believed():
    scene = Scene()
    scene.reader.receive("a", {})
    scene.reader.receive("b", {"publisher_gid": None})
    assert scene.taken == ["a", "b"]
