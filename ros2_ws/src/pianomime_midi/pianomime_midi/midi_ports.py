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

"""MIDI ports of this machine: the MIDI system that provides them, and selection of a port by name.

ALSA's sequencer if the kernel has it, otherwise JACK: containers and many virtual machines have no /dev/snd/seq, and
JACK's server runs there with its dummy driver. Both through python-rtmidi.
"""

import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from pianomime_core.errors import UserError
from pianomime_core.library_noise import no_library_noise

CLIENT = "pianomime"
"""Our name in the port lists of other programs."""

_SEQUENCER = Path("/dev/snd/seq")
_THROUGH = "Midi Through"
"""ALSA's loopback port, present on every machine and never selected by default."""


def open_client(kind: str) -> Any:
    """Return a new `rtmidi.MidiIn` or `rtmidi.MidiOut` without a port, from the first MIDI system that answers.

    Args:
        kind: "MidiIn" or "MidiOut".

    Raises:
        UserError: No MIDI system answers; the message says what to do.
    """
    try:
        import rtmidi
    except ImportError as error:
        raise UserError("MIDI ports need python-rtmidi, which is not installed") from error
    systems = [rtmidi.API_UNIX_JACK]
    if _SEQUENCER.exists():
        systems.insert(0, rtmidi.API_LINUX_ALSA)
    for system in systems:
        try:
            with no_library_noise():
                return getattr(rtmidi, kind)(system, name=CLIENT)
        except (rtmidi.SystemError, rtmidi.UnsupportedOperationError):
            continue
    raise UserError(
        f"no MIDI system answers: ALSA's sequencer needs {_SEQUENCER} ("
        f"{'no access to it' if _SEQUENCER.exists() else 'modprobe snd-seq'}), JACK a running server "
        "(jackd --no-realtime -d dummy)"
    )


def is_jack(client: Any) -> bool:
    """Return True if a client of `open_client` belongs to JACK."""
    import rtmidi

    return bool(client.get_current_api() == rtmidi.API_UNIX_JACK)


def input_ports() -> tuple[str, ...]:
    """Return the names of the input ports.

    Raises:
        UserError: As `open_client`.
    """
    client = open_client("MidiIn")
    try:
        return tuple(client.get_ports())
    finally:
        client.delete()


def choose_port(requested: str, ports: Sequence[str]) -> int:
    """Return the index of the port called `requested`, or else of the only one whose name contains it, ignoring case;
    if `requested` is empty, of the only port.

    Raises:
        UserError: No port or more than one matches; the message lists the ports.
    """
    there = f"ports are {', '.join(map(repr, ports))}" if ports else "there is no port at all"
    if not requested:
        candidates = [index for index, port in enumerate(ports) if _THROUGH not in port]
        problem = "no MIDI port is named" if candidates else "no MIDI keyboard is plugged in"
    else:
        for same in (str.__eq__, lambda port, name: stable_name(port) == stable_name(name), _contains):
            if candidates := [index for index, port in enumerate(ports) if same(port, requested)]:
                break
        problem = f"MIDI port {requested!r} is ambiguous" if candidates else f"unknown MIDI port {requested!r}"
    if len(candidates) == 1:
        return candidates[0]
    raise UserError(f"{problem}: {there}")


def stable_name(port: str) -> str:
    """Return a port's name without the numbers that ALSA assigns at each connection, as in "Keys:Keys MIDI 1 20:0"."""
    return re.sub(r" \d+:\d+$", "", port)


def _contains(port: str, part: str) -> bool:
    return part.casefold() in port.casefold()
