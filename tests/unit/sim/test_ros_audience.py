"""Waiting for a listener, with a graph that says what it is told."""

from types import SimpleNamespace

from pianomime_sim.ros_audience import PATIENCE_S, Audience


class Graph:
    """A node as far as Audience needs one."""

    def __init__(self) -> None:
        self.listeners = {"/hands/joint_states": ["policy_node"], "/other": ["viewer_node"]}
        self.warnings = []

    def get_subscriptions_info_by_topic(self, topic):
        return [SimpleNamespace(node_name=name) for name in self.listeners[topic]]

    def get_logger(self):
        return SimpleNamespace(warning=self.warnings.append)


def test_nobody_is_waited_for_unless_named():
    assert Audience(Graph(), "", "/hands/joint_states").is_there()


def test_the_named_node_must_listen_to_the_topic():
    graph = Graph()
    audience = Audience(graph, "viewer_node", "/hands/joint_states")
    assert not audience.is_there()
    graph.listeners["/hands/joint_states"].append("viewer_node")
    assert audience.is_there()
    assert graph.warnings == []


def test_all_who_are_named_must_listen():
    graph = Graph()
    audience = Audience(graph, "viewer_node, record_node", "/hands/joint_states")
    for name in ("viewer_node", "record_node"):
        assert not audience.is_there()
        graph.listeners["/hands/joint_states"].append(name)
    assert audience.is_there()


def test_one_of_several_topics_will_do():
    graph = Graph()
    assert Audience(graph, "viewer_node", "/hands/joint_states", "/other").is_there()
    assert not Audience(graph, "viewer_node, sound_node", "/hands/joint_states", "/other").is_there()


def test_patience_counts_from_the_first_question_and_ends():
    now_s, graph = [1000.0], Graph()
    audience = Audience(graph, "viewer_node", "/hands/joint_states", clock=lambda: now_s[0])
    now_s[0] += PATIENCE_S
    assert not audience.is_there()
    now_s[0] += PATIENCE_S - 0.1
    assert not audience.is_there()
    now_s[0] += 0.1
    assert audience.is_there()
    [warning] = graph.warnings
    assert "viewer_node" in warning
