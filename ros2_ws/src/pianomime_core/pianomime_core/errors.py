"""Exceptions whose messages are shown to the user."""

from collections.abc import Iterable


def printable(text: str) -> str:
    """Return the text with every non-printable character escaped, safe for terminals, windows and files.

    File names and texts in files may hold terminal control codes, and bytes that are not valid text.
    """
    return "".join(letter if letter.isprintable() else ascii(letter)[1:-1] for letter in text)


class UserError(Exception):
    """Bad input; one line names the bad value and the legal ones. The CLI prints it and exits with code 2."""

    def __init__(self, message: str) -> None:
        super().__init__(printable(" ".join(message.split())))


class UnsafeError(Exception):
    """The robot must stop; one line names the joints. A node prints it and exits with code 3."""

    def __init__(self, message: str) -> None:
        super().__init__(printable(" ".join(message.split())))


def unknown_value(what: str, value: object, legal: Iterable[object]) -> UserError:
    """Return the error for a name outside a closed set: "unknown controller 'x': choose one of idle, planner"."""
    return UserError(f"unknown {what} {str(value)!r}: choose one of {', '.join(map(str, legal))}")
