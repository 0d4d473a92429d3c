"""User errors are one line that names the bad value and the legal ones."""

from pianomime_core.errors import UserError, unknown_value


def test_message_is_one_line() -> None:
    assert str(UserError("two\n  lines ")) == "two lines"


def test_unknown_value_lists_the_legal_ones() -> None:
    assert str(unknown_value("controller", "x", ["idle", "planner"])) == (
        "unknown controller 'x': choose one of idle, planner"
    )
