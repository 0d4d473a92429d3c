"""Declared parameters, on a node in its own context, without discovery."""

import pytest
import rclpy

from pianomime_core.errors import UserError
from pianomime_core.ros_environment import complete_ros_environment
from pianomime_core.ros_parameters import (
    declare_count,
    declare_number,
    declare_switch,
    declare_text,
    refuse_undeclared,
)


@pytest.fixture
def make_node():
    complete_ros_environment()
    context = rclpy.Context()
    rclpy.init(context=context)
    nodes = []

    def make(**overrides):
        parameters = [rclpy.Parameter(name, value=value) for name, value in overrides.items()]
        nodes.append(rclpy.create_node("thing", context=context, parameter_overrides=parameters))
        return nodes[-1]

    yield make
    for node in nodes:
        node.destroy_node()
    context.try_shutdown()


def test_defaults_and_descriptions(make_node):
    node = make_node()
    assert declare_count(node, "rows", 40, "Rows of the window", lowest=1, highest=400) == 40
    assert declare_switch(node, "sync", False, "Wait") is False
    assert declare_number(node, "hold_s", 0.5, "Hold", lowest=0.05, highest=10.0) == 0.5
    rules = node.describe_parameter("rows")
    assert rules.description == "Rows of the window"
    assert rules.read_only
    assert (rules.integer_range[0].from_value, rules.integer_range[0].to_value) == (1, 400)


def test_given_values_win(make_node):
    node = make_node(rows=11, who="idle")
    assert declare_count(node, "rows", 40, "", lowest=1, highest=400) == 11
    assert declare_text(node, "who", "streaming", "", legal=("streaming", "idle")) == "idle"


@pytest.mark.parametrize("value", [0, 401])
def test_values_out_of_range_are_named_with_the_range(make_node, value):
    with pytest.raises(UserError, match=rf"thing parameter rows.*{value}.*") as refusal:
        declare_count(make_node(rows=value), "rows", 40, "", lowest=1, highest=400)
    assert "400" in str(refusal.value)


def test_a_value_of_another_type_is_refused(make_node):
    with pytest.raises(UserError, match=r"rows.*many"):
        declare_count(make_node(rows="many"), "rows", 40, "", lowest=1, highest=400)


def test_a_name_outside_the_legal_ones_is_refused(make_node):
    with pytest.raises(UserError, match="unknown who 'nobody': choose one of streaming, idle"):
        declare_text(make_node(who="nobody"), "who", "streaming", "", legal=("streaming", "idle"))


def test_a_misspelt_parameter_is_refused(make_node):
    node = make_node(row=11)
    declare_count(node, "rows", 40, "", lowest=1, highest=400)
    with pytest.raises(UserError, match=r"unknown thing parameter 'row'.*rows"):
        refuse_undeclared(node)
