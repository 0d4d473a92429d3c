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

"""The named numbers of a ROS message: in any order, all of them present and finite, or refused in one line."""

from array import array
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from pianomime_core.errors import printable

Floats = NDArray[np.float64]

_LISTED, _LISTED_CHARACTERS = 10, 40
"""How many names of a message an error line lists, and how many characters of each."""
_LINE_CHARACTERS = 480


class MessageError(ValueError):
    """A message that must not be used; one short line says what is wrong with it."""

    def __init__(self, text: str) -> None:
        line = printable(" ".join(text[:_LINE_CHARACTERS].split()))[:_LINE_CHARACTERS]
        super().__init__(line if len(text) <= _LINE_CHARACTERS else f"{line}...")


class NotFiniteError(MessageError):
    """A message with numbers that are not finite, by name: its sender must not be followed any further."""


class NameOrder:
    """Reorders the named values of a message into the order of `names`.

    The names of a publisher do not change, so the last mapping is cached and a message costs one comparison of lists.
    Names in `beside` may be present, too.
    """

    def __init__(self, names: Sequence[str], beside: Sequence[str] = ()) -> None:
        self.names = tuple(names)
        self._known = {*names, *beside}
        self._seen: list[str] | None = None
        self._order: NDArray[np.intp] = np.arange(0)

    def of(self, message_names: Sequence[str]) -> NDArray[np.intp]:
        """Return the index into `message_names` of each of `self.names`.

        Raises:
            MessageError: Names are unknown, missing or repeated.
        """
        given = list(message_names)
        if given != self._seen:
            place = {name: index for index, name in enumerate(given)}
            problems = {
                "unknown": [name for name in given if name not in self._known],
                "missing": [name for name in self.names if name not in place],
                "repeated": sorted({name for index, name in enumerate(given) if place[name] != index}),
            }
            if any(problems.values()):
                raise MessageError("; ".join(f"{what}: {some_of(which)}" for what, which in problems.items() if which))
            self._order = np.array([place[name] for name in self.names], dtype=np.intp)
            self._seen = given
        return self._order


def some_of(names: Sequence[str]) -> str:
    """Return names as an error line lists them: the first few, each truncated, and how many more."""
    first = ", ".join(
        name if len(name) <= _LISTED_CHARACTERS else f"{name[:_LISTED_CHARACTERS]}..." for name in names[:_LISTED]
    )
    return f"{first} and {len(names) - _LISTED} more" if len(names) > _LISTED else first


def doubles(values: Floats) -> array:
    """Return numbers (n,) as an array of a message."""
    # From bytes: one copy, whereas a list would box every number.
    return array("d", np.ascontiguousarray(values, dtype=np.float64).tobytes())


def finite(values: Sequence[float], given: Sequence[str], what: str) -> Floats:
    """Return the numbers (n,) of the names given; `what` they are is for messages.

    Raises:
        MessageError: There are more or fewer numbers than names.
        NotFiniteError: A number is not finite.
    """
    numbers = np.array(values, dtype=np.float64)
    if len(numbers) != len(given):
        raise MessageError(f"{len(numbers)} {what} for {len(given)} names")
    if not np.isfinite(numbers).all():
        bad = [f"{given[int(index)]} = {numbers[index]}" for index in np.flatnonzero(~np.isfinite(numbers))]
        raise NotFiniteError(f"{what} are not finite: {some_of(bad)}")
    return numbers
