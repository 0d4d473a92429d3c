"""Names in any order; unknown, missing and repeated ones are refused in one short line."""

import numpy as np
import pytest

from pianomime_core.ros_messages import joint_state, read_joint_state
from pianomime_core.ros_named_numbers import MessageError, NameOrder

NAMES = ("a", "b", "c")


def test_a_publisher_may_change_its_order_between_messages():
    order = NameOrder(NAMES)
    for names, values in ((("a", "b", "c"), [1.0, 2.0, 3.0]), (("c", "b", "a"), [3.0, 2.0, 1.0])):
        positions, _ = read_joint_state(joint_state(names, np.array(values)), order, velocities=False)
        assert positions.tolist() == [1.0, 2.0, 3.0]


@pytest.mark.parametrize(
    ("names", "complaints"),
    [
        (("a", "b", "x"), ("unknown: x", "missing: c")),
        (("a", "b"), ("missing: c",)),
        (("a", "b", "c", "y", "x"), ("unknown: y, x",)),
        (("a", "b", "c", "c"), ("repeated: c",)),
        ((), ("missing: a, b, c",)),
    ],
)
def test_wrong_names_are_refused_and_listed(names, complaints):
    message = joint_state(names, np.zeros(len(names)))
    with pytest.raises(MessageError) as refusal:
        read_joint_state(message, NameOrder(NAMES), velocities=False)
    assert all(complaint in str(refusal.value) for complaint in complaints)


@pytest.mark.parametrize("name", ["a", "nobody"])
def test_a_hundred_thousand_names_make_a_short_line(name):
    """Of names that are all alike, and of names of which each is another; the second by counting would take minutes."""
    for names in ([name] * 100_000, [f"{name}{number}" for number in range(100_000)] * 2):
        with pytest.raises(MessageError) as error:
            NameOrder(NAMES).of(names)
        assert len(str(error.value)) < 400
    assert "unknown: " in str(error.value)
    assert "and 199990 more; missing: a, b, c; repeated: " in str(error.value)
    assert str(error.value).endswith("and 99990 more")


def test_a_name_without_end_is_cut():
    with pytest.raises(MessageError) as error:
        NameOrder(NAMES).of([*NAMES, "x" * 1_000_000])
    assert str(error.value) == f"unknown: {'x' * 40}..."


@pytest.mark.parametrize("name", ["a\nb", "\x1b[2J", "\u202e"])
def test_names_that_steer_a_terminal_are_told_in_printable_letters(name):
    with pytest.raises(MessageError, match="unknown: ") as error:
        NameOrder(NAMES).of([*NAMES, name])
    assert str(error.value).isprintable()


def test_three_lists_of_long_names_are_one_line_for_a_log():
    long = [f"{number:040}" for number in range(20)]
    with pytest.raises(MessageError) as error:
        NameOrder([f"{number:0>40}" for number in "abcdefghijklm"]).of(long * 2)
    assert len(str(error.value)) < 500
