"""Waiting for subscribers, with a fake graph."""

from types import SimpleNamespace

from pianomime_sim.ros_subscriber_gate import PATIENCE_S, SubscriberGate


class Graph:
    """A node as far as SubscriberGate needs one."""

    def __init__(self) -> None:
        self.listeners = {"/hands/joint_states": ["policy_node"], "/other": ["viewer_node"]}
        self.warnings = []

    def get_subscriptions_info_by_topic(self, topic):
        return [SimpleNamespace(node_name=name) for name in self.listeners[topic]]

    def get_logger(self):
        return SimpleNamespace(warning=self.warnings.append)


def test_nobody_is_waited_for_unless_named():
    assert SubscriberGate(Graph(), "", "/hands/joint_states").is_open()


def test_the_named_node_must_listen_to_the_topic():
    graph = Graph()
    gate = SubscriberGate(graph, "viewer_node", "/hands/joint_states")
    assert not gate.is_open()
    graph.listeners["/hands/joint_states"].append("viewer_node")
    assert gate.is_open()
    assert graph.warnings == []


def test_all_who_are_named_must_listen():
    graph = Graph()
    gate = SubscriberGate(graph, "viewer_node, record_node", "/hands/joint_states")
    for name in ("viewer_node", "record_node"):
        assert not gate.is_open()
        graph.listeners["/hands/joint_states"].append(name)
    assert gate.is_open()


def test_one_of_several_topics_will_do():
    graph = Graph()
    assert SubscriberGate(graph, "viewer_node", "/hands/joint_states", "/other").is_open()
    assert not SubscriberGate(graph, "viewer_node, sound_node", "/hands/joint_states", "/other").is_open()


def test_patience_counts_from_the_first_question_and_ends():
    now_s, graph = [1000.0], Graph()
    gate = SubscriberGate(graph, "viewer_node", "/hands/joint_states", clock=lambda: now_s[0])
    now_s[0] += PATIENCE_S
    assert not gate.is_open()
    now_s[0] += PATIENCE_S - 0.1
    assert not gate.is_open()
    now_s[0] += 0.1
    assert gate.is_open()
    [warning] = graph.warnings
    assert "viewer_node" in warning
