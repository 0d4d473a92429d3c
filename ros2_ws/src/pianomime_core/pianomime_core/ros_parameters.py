# Copyright 2026 PianoMime contributors
#
# Licensed under the Apache License, Version 2.0 (the "License");
# you may not use this file except in compliance with the License.
# You may obtain a copy of the License at
#
#     http://www.apache.org/licenses/LICENSE-2.0
#
# Unless required by applicable law or agreed to in writing, software
# distributed under the License is distributed on an "AS IS" BASIS,
# WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
# See the License for the specific language governing permissions and
# limitations under the License.

"""Declares parameters with descriptions, types and ranges; an undeclared name is an error."""

from typing import Any

from rcl_interfaces.msg import FloatingPointRange, IntegerRange, ParameterDescriptor
from rclpy.exceptions import ParameterException
from rclpy.node import Node

from pianomime_core.errors import UserError, unknown_value


def declare_text(
    node: Node, name: str, default: str, description: str, *, legal: tuple[str, ...] = (), read_only: bool = True
) -> str:
    """Declare a string parameter and return its value; unless read-only, it may be changed at any time.

    Raises:
        UserError: The value is not one of `legal` (if any are given).
    """
    constraint = f"one of {', '.join(legal)}" if legal else ""
    value = _declare(node, name, default, description, read_only=read_only, additional_constraints=constraint)
    if legal and value not in legal:
        raise unknown_value(name, value, legal)
    return value


def declare_switch(node: Node, name: str, default: bool, description: str) -> bool:
    """Declare a read-only boolean parameter and return its value."""
    return _declare(node, name, default, description)


def declare_count(node: Node, name: str, default: int, description: str, *, lowest: int, highest: int) -> int:
    """Declare a read-only whole number in a range, ends included, and return its value."""
    return _declare(
        node, name, default, description, integer_range=[IntegerRange(from_value=lowest, to_value=highest, step=1)]
    )


def declare_number(
    node: Node, name: str, default: float, description: str, *, lowest: float, highest: float, read_only: bool = True
) -> float:
    """Declare a number in a range, ends included, and return its value; unless read-only, it may be changed at any
    time."""
    return _declare(
        node,
        name,
        default,
        description,
        read_only=read_only,
        floating_point_range=[FloatingPointRange(from_value=lowest, to_value=highest)],
    )


def refuse_undeclared(node: Node) -> None:
    """Raise UserError if the command line or a YAML file sets a parameter that the node does not have."""
    given = set(getattr(node, "_parameter_overrides", {}))
    declared = set(node.get_parameters_by_prefix("")) | {"use_sim_time"}
    unknown = sorted(name for name in given - declared if not name.startswith("qos_overrides."))
    if unknown:
        raise unknown_value(f"{node.get_name()} parameter", ", ".join(unknown), sorted(declared))


def _declare(
    node: Node, name: str, default: Any, description: str, *, read_only: bool = True, **descriptor: Any
) -> Any:
    # Read-only: most values are used to build the node; a later change would take effect only in part.
    rules = ParameterDescriptor(description=description, read_only=read_only, **descriptor)
    try:
        return node.declare_parameter(name, default, rules).value
    except ParameterException as error:
        raise UserError(f"{node.get_name()} parameter {name}: {error}") from error
