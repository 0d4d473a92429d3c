"""MIDI ports of this machine: which system offers them, and which of them a user means.

ALSA's sequencer where the kernel has it, else JACK: containers and many virtual machines have no /dev/snd/seq, and
JACK's server runs there with its dummy driver. Both through python-rtmidi.
"""

import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from pianomime_core.errors import UserError
from pianomime_core.library_noise import no_library_noise

CLIENT = "pianomime"
"""How we are called in the lists of other programs."""

_SEQUENCER = Path("/dev/snd/seq")
_THROUGH = "Midi Through"
"""ALSA's own loop, on every machine: never what a user means who names no port."""


def open_client(kind: str) -> Any:
    """Return a new `rtmidi.MidiIn` or `rtmidi.MidiOut` without a port, of the first MIDI system that answers.

    Args:
        kind: "MidiIn" or "MidiOut".

    Raises:
        UserError: There is none; the message says what to do.
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
    """Return True if a client of `open_client` is one of JACK."""
    import rtmidi

    return bool(client.get_current_api() == rtmidi.API_UNIX_JACK)


def input_ports() -> tuple[str, ...]:
    """Return the names of the ports that notes can come from.

    Raises:
        UserError: As `open_client`.
    """
    client = open_client("MidiIn")
    try:
        return tuple(client.get_ports())
    finally:
        client.delete()


def choose_port(wanted: str, ports: Sequence[str]) -> int:
    """Return the index of the port that a user means: its name, else the only one that has `wanted` as a part of it,
    whatever the case; with an empty `wanted`, the only port there is.

    Raises:
        UserError: There is none, or more than one; the message lists the ports.
    """
    there = f"ports are {', '.join(map(repr, ports))}" if ports else "there is no port at all"
    if not wanted:
        candidates = [index for index, port in enumerate(ports) if _THROUGH not in port]
        problem = "no MIDI port is named" if candidates else "no MIDI keyboard is plugged in"
    else:
        for same in (str.__eq__, lambda port, name: stable_name(port) == stable_name(name), _contains):
            if candidates := [index for index, port in enumerate(ports) if same(port, wanted)]:
                break
        problem = f"MIDI port {wanted!r} is ambiguous" if candidates else f"unknown MIDI port {wanted!r}"
    if len(candidates) == 1:
        return candidates[0]
    raise UserError(f"{problem}: {there}")


def stable_name(port: str) -> str:
    """Return the name of a port without the numbers that ALSA deals anew at each plugging: "Keys:Keys MIDI 1 20:0"."""
    return re.sub(r" \d+:\d+$", "", port)


def _contains(port: str, part: str) -> bool:
    return part.casefold() in port.casefold()
