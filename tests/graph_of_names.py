"""A fake ROS graph whose publishers are set by the test."""

from types import SimpleNamespace


class GraphNode:
    """`ends[topic]` are the publishers: (gid, full name of the node); what is logged is kept."""

    def __init__(self) -> None:
        self.ends = {}
        self.said = []

    def resolve_topic_name(self, topic: str) -> str:
        return topic if topic.startswith("/") else f"/{topic}"

    def get_publishers_info_by_topic(self, topic: str):
        ends = self.ends.get(topic, {})
        return [
            SimpleNamespace(
                endpoint_gid=list(gid), node_namespace=name.rpartition("/")[0] or "/", node_name=name.rpartition("/")[2]
            )
            for gid, name in ends.items()
        ]

    def get_logger(self):
        return SimpleNamespace(error=lambda text, **rules: self.said.append(text))


class FakeLiveliness:
    """`count[name]` nodes of a name live."""

    def __init__(self) -> None:
        self.count = {}

    def alive_count(self, name: str) -> int:
        return self.count.get(name, 0)

    def parent(self, name: str) -> int:
        return 4711
