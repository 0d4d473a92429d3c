"""The exceptions meant for the user's eyes."""

from collections.abc import Iterable


def printable(text: str) -> str:
    """The text as a terminal, a window and a file can take it: whatever is no printable character stands as its escape.

    File names, and texts in files, may hold codes that steer a terminal, and bytes that are no text in any encoding.
    """
    return "".join(letter if letter.isprintable() else ascii(letter)[1:-1] for letter in text)


class UserError(Exception):
    """Bad input, said in one line that names the bad value and the legal ones. The CLI prints it and exits 2."""

    def __init__(self, message: str) -> None:
        super().__init__(printable(" ".join(message.split())))


class UnsafeError(Exception):
    """The robot must not go on, said in one line that names the joints. A node prints it and ends with exit code 3."""

    def __init__(self, message: str) -> None:
        super().__init__(printable(" ".join(message.split())))


def unknown_value(what: str, value: object, legal: Iterable[object]) -> UserError:
    """The error for a name outside a closed set: "unknown controller 'x': choose one of idle, planner"."""
    return UserError(f"unknown {what} {str(value)!r}: choose one of {', '.join(map(str, legal))}")
