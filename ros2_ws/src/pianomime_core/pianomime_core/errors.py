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

"""Exceptions whose messages are shown to the user."""

import difflib
from collections.abc import Iterable, Sequence


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
    """Return the error for a name outside a closed set, which lists the legal ones and guesses which was meant."""
    names = [str(name) for name in legal]
    return UserError(
        f"unknown {what} {str(value)!r}: {did_you_mean(str(value), names)}choose one of {', '.join(names)}"
    )


def did_you_mean(value: str, names: Sequence[str]) -> str:
    """Return "did you mean 'x'? " for the name closest to a misspelt one, nothing if none is close."""
    close = difflib.get_close_matches(value, names, 1)
    return f"did you mean {close[0]!r}? " if close else ""
