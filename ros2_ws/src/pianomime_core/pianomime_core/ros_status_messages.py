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

"""Named statuses with their numbers, as on /diagnostics, /piano/score and /piano/transport."""

import math
from collections.abc import Mapping, Sequence

from diagnostic_msgs.msg import DiagnosticArray, DiagnosticStatus, KeyValue

from pianomime_core.ros_messages import stamp_of
from pianomime_core.ros_named_numbers import MessageError, some_of

_NUMBER_CHARACTERS = 32
"""How many characters a number in a status may have: any double is told with fewer."""


def status_message(
    name: str,
    values: Mapping[str, float | int | str],
    *,
    step: int,
    text: str = "",
    warn: bool = False,
    hardware: str = "",
) -> DiagnosticArray:
    """Return one named status with its values, as on /diagnostics and /piano/score; `hardware`: its hardware id."""
    level = DiagnosticStatus.WARN if warn else DiagnosticStatus.OK
    pairs = [KeyValue(key=key, value=str(value)) for key, value in values.items()]
    status = DiagnosticStatus(level=level, name=name, message=text, hardware_id=hardware, values=pairs)
    message = DiagnosticArray(status=[status])
    message.header.stamp = stamp_of(step)
    return message


def read_status(message: DiagnosticArray, name: str, needed: Sequence[str] = ()) -> dict[str, float]:
    """Return the numbers of the status called `name`; those in `needed` are present and finite.

    Raises:
        MessageError: There is no such status, a value is not a number, or a needed one is missing or not finite.
    """
    for status in message.status:
        if status.name == name:
            try:
                values = {pair.key: _number(pair.value) for pair in status.values}
            except ValueError as error:
                raise MessageError(f"status {name!r}: {some_of([str(error)])}") from None
            missing = [key for key in needed if not math.isfinite(values.get(key, math.nan))]
            if missing:
                raise MessageError(f"status {name!r} has no number for {some_of(missing)}")
            return values
    raise MessageError(f"no status {name!r}; there are: {some_of([status.name for status in message.status])}")


def _number(text: str) -> float:
    if len(text) > _NUMBER_CHARACTERS:
        raise ValueError(f"{len(text)} characters; at most {_NUMBER_CHARACTERS}")
    return float(text)
