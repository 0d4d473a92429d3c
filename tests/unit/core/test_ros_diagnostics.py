"""A node's own report, with real topics inside one process."""

import os
import socket

import pytest
import rclpy
from diagnostic_msgs.msg import DiagnosticArray, DiagnosticStatus
from rclpy.executors import SingleThreadedExecutor
from ros_domains import free_domain
from std_msgs.msg import String

from pianomime_core.ros_diagnostics import Diagnostics, Health, connections
from pianomime_core.ros_environment import complete_ros_environment
from pianomime_core.ros_messages import step_of
from pianomime_core.ros_qos import NEWEST, REPORT
from pianomime_core.ros_status_messages import read_status


@pytest.fixture
def nodes():
    complete_ros_environment()
    context = rclpy.Context()
    rclpy.init(context=context, domain_id=free_domain())
    yield (nodes := [rclpy.create_node(name, context=context) for name in ("player", "reader")])
    for node in nodes:
        node.destroy_node()
    context.try_shutdown()


def spin_until(nodes, done) -> None:
    executor = SingleThreadedExecutor(context=nodes[0].context)
    for node in nodes:
        executor.add_node(node)
    for _ in range(200):
        if done():
            break
        executor.spin_once(timeout_sec=0.05)
    assert done()
    executor.shutdown()


def test_a_report_carries_numbers_words_and_connections(nodes):
    player, reader = nodes
    heard = []
    health = Health(step=7, values={"missed": 2}, text="playing", warnings=("2 missed",))
    player.create_publisher(String, "/out", NEWEST)
    diagnostics = Diagnostics(player, lambda: health)
    reader.create_subscription(DiagnosticArray, "/diagnostics", heard.append, REPORT)
    spin_until(nodes, lambda: heard)
    [status] = heard[0].status
    assert (status.name, status.message, status.level) == ("player", "playing; 2 missed", DiagnosticStatus.WARN)
    assert status.hardware_id == socket.gethostname()
    assert step_of(heard[0].header.stamp) == 7
    process = {"process": os.getpid(), "started_by": os.getppid()}
    assert read_status(heard[0], "player") == {"missed": 2.0, "readers /out": 0.0, **process}
    diagnostics.close()


def test_all_well_is_ok(nodes):
    player, reader = nodes
    heard = []
    diagnostics = Diagnostics(player, Health)
    reader.create_subscription(DiagnosticArray, "/diagnostics", heard.append, REPORT)
    spin_until(nodes, lambda: heard)
    assert (heard[0].status[0].level, heard[0].status[0].message) == (DiagnosticStatus.OK, "")
    diagnostics.close()


def test_connections_are_counted_from_both_ends(nodes):
    player, reader = nodes
    player.create_publisher(String, "/out", NEWEST)
    player.create_subscription(String, "/in", print, NEWEST)
    assert connections(player) == {"readers /out": 0, "writers /in": 0}
    reader.create_subscription(String, "/out", print, NEWEST)
    reader.create_publisher(String, "/in", NEWEST)
    spin_until(nodes, lambda: connections(player) == {"readers /out": 1, "writers /in": 1})
    assert connections(reader) == {"readers /in": 1, "writers /out": 1}
