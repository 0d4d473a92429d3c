"""The topics, services and timers of a node, moved by a test instead of an executor: each message comes when the test
says so, and what the node publishes is kept."""

import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from inspect import signature
from typing import Any, NamedTuple

import pytest
import rclpy
from diagnostic_msgs.msg import DiagnosticStatus
from rclpy.node import Node
from rclpy.publisher import Publisher

from pianomime_core.ros_diagnostics import PERIOD_S
from pianomime_core.ros_messages import step_of
from pianomime_core.ros_status_messages import read_status
from pianomime_core.ros_topics import DIAGNOSTICS

PATIENCE_S = 60.0


def deliver(node: Node, topic: str, message: Any) -> None:
    """Let a node receive a message as if somebody had published it."""
    name = node.resolve_topic_name(topic)
    callbacks = [subscription.callback for subscription in node.subscriptions if subscription.topic_name == name]
    assert callbacks, f"{node.get_name()} does not subscribe to {name}"
    for callback in callbacks:
        # The second argument, where there is one, tells of the publisher what the middleware knows.
        callback(message, *[{}] * (len(signature(callback).parameters) - 1))


def call(node: Node, service: str, request: Any) -> Any:
    """Call a service of a node; return its response."""
    name = node.resolve_service_name(service)
    [server] = [server for server in node.services if server.service_name == name]
    return server.callback(request, server.srv_type.Response())


def ring(node: Node, period_s: float) -> None:
    """Let the timers of this period fire once."""
    timers = [timer for timer in node.timers if timer.timer_period_ns == round(period_s * 1e9)]
    assert timers, f"{node.get_name()} has no timer of {period_s} s"
    for timer in timers:
        if not timer.is_canceled():
            timer.callback()


def wait_for(condition: Callable[[], object]) -> None:
    """Wait for what another thread, or the middleware, does."""
    deadline_s = time.monotonic() + PATIENCE_S
    while not condition():
        assert time.monotonic() < deadline_s
        time.sleep(0.01)


@contextmanager
def subscriber(node: Node, kind: type, topic: str, name: str = "subscriber") -> Iterator[None]:
    """Somebody else who subscribes to a topic that a node publishes."""
    resolved = node.resolve_topic_name(topic)
    [publisher] = [publisher for publisher in node.publishers if publisher.topic_name == resolved]
    before = publisher.get_subscription_count()
    other = rclpy.create_node(name)
    other.create_subscription(kind, topic, lambda message: None, 10)
    wait_for(lambda: publisher.get_subscription_count() > before)
    yield
    other.destroy_node()
    wait_for(lambda: publisher.get_subscription_count() == before)


class Status(NamedTuple):
    """What a node told of itself on /diagnostics."""

    step: int
    values: dict[str, float]
    text: str
    warns: bool


class Published:
    """Keeps what the nodes of a test publish, from the first message on: made before them."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self._messages: dict[str, list[Any]] = defaultdict(list)
        self._answers: dict[str, Callable[[Any], None]] = {}
        publish = Publisher.publish

        def keep(publisher: Publisher, message: Any) -> None:
            publish(publisher, message)
            self._messages[publisher.topic_name].append(message)
            self._answers.get(publisher.topic_name, lambda message: None)(message)

        monkeypatch.setattr(Publisher, "publish", keep)

    def on(self, topic: str) -> list[Any]:
        """The messages on a topic, in order; of nodes without a namespace."""
        return self._messages[_absolute(topic)]

    def answer(self, topic: str, then: Callable[[Any], None]) -> None:
        """Call `then` with each message that comes on a topic, in the thread that publishes it."""
        self._answers[_absolute(topic)] = then

    def status(self, node: Node) -> Status:
        """What a node tells of itself on /diagnostics now."""
        ring(node, PERIOD_S)
        return self.last_status()

    def last_status(self) -> Status:
        """What was told on /diagnostics last."""
        message = self.on(DIAGNOSTICS)[-1]
        [status] = message.status
        warns = status.level != DiagnosticStatus.OK
        return Status(step_of(message.header.stamp), read_status(message, status.name), status.message, warns)


def _absolute(topic: str) -> str:
    return topic if topic.startswith("/") else f"/{topic}"
