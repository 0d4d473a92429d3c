"""User errors are one line that names the bad value and the legal ones."""

from pianomime_core.errors import UnsafeError, UserError, printable, unknown_value


def test_message_is_one_line() -> None:
    assert str(UserError("two\n  lines ")) == "two lines"


def test_unknown_value_lists_the_legal_ones() -> None:
    assert str(unknown_value("controller", "x", ["idle", "planner"])) == (
        "unknown controller 'x': choose one of idle, planner"
    )


def test_a_misspelt_name_is_guessed() -> None:
    assert str(unknown_value("controller", "planer", ["idle", "planner"])) == (
        "unknown controller 'planer': did you mean 'planner'? choose one of idle, planner"
    )


def test_nothing_in_a_message_steers_the_terminal() -> None:
    assert printable("Für Elise $x$ 月光") == "Für Elise $x$ 月光"
    assert printable("\x1b[2J\x07 \u202e \udcff") == r"\x1b[2J\x07 \u202e \udcff"
    for error in (UserError("joint '\x1b[31m\udc80'"), UnsafeError("joint '\x1b[31m\udc80'")):
        assert str(error) == r"joint '\x1b[31m\udc80'"
