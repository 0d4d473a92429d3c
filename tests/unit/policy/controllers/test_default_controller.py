"""The default controller is the same in the command, the graph's options and a node with a model."""

import pytest
import rclpy
from ros_start import start_ros

from pianomime.commands.cli import parse
from pianomime.commands.live_modes import MODES
from pianomime.graph.graph_options import Options
from pianomime_policy.controllers.default_controller import DEFAULT_CONTROLLER, WITHOUT_MODEL, default_controller
from pianomime_policy.controllers.specs import OURS, ours_that_need
from pianomime_policy.nodes.policy_node import PolicyNode


def test_the_default_was_trained_and_the_other_needs_no_file() -> None:
    assert DEFAULT_CONTROLLER in ours_that_need("model")
    assert WITHOUT_MODEL in OURS
    assert WITHOUT_MODEL not in ours_that_need("model")


def test_command_and_graph_have_the_same_default() -> None:
    play, diagnose = parse(["play"]), parse(["diagnose", "song.mid"])
    assert {play.controller, diagnose.controller, Options().controller, MODES["echo"].controller} == {
        DEFAULT_CONTROLLER
    }


@pytest.mark.parametrize("model", ["", "some/networks"])
def test_a_node_with_a_model_plays_its_networks(model: str) -> None:
    start_ros(autostart="false", **({"model": model} if model else {}))
    try:
        part = PolicyNode()
        assert (
            part.node.get_parameter("controller").value
            == default_controller(model)
            == ("onnx" if model else "streaming")
        )
        part.node.destroy_node()
    finally:
        rclpy.try_shutdown()
