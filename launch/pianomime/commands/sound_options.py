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

"""Options of `play` and `live` for the sound of what the robot presses, played live or written at the end."""

import argparse
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from pianomime.files.outputs import check_file
from pianomime_core.errors import UserError
from pianomime_midi.midi_ports import choose_port, open_client


def add_sound(parser: argparse.ArgumentParser) -> None:
    """Add `--sound --soundfont --midi-out --virtual-midi-out --wav --midi`."""
    group = parser.add_argument_group("sound of what the robot presses")
    group.add_argument(
        "--sound",
        action=argparse.BooleanOptionalAction,
        help="play on this machine's audio device; default: if there is one, unless --sync or --no-ros",
    )
    add_soundfont(group)
    port = group.add_mutually_exclusive_group()
    port.add_argument("--midi-out", default="", metavar="PORT", help="MIDI port to play on, by name or part of it")
    port.add_argument("--virtual-midi-out", default="", metavar="NAME", help="create a MIDI port and play on it")
    group.add_argument("--wav", type=Path, metavar="FILE.wav", help="write the sound at the end")
    group.add_argument("--midi", type=Path, metavar="FILE.mid", help="write what was pressed at the end")


def add_soundfont(parser: argparse._ActionsContainer) -> None:
    """Add `--soundfont`."""
    parser.add_argument("--soundfont", type=Path, metavar="FILE.sf2", help="piano soundfont; default: RoboPianist's")


def sound_options(options: argparse.Namespace, sound_by_default: bool) -> tuple[dict[str, Any], str]:
    """Return the checked fields of `pianomime.graph.graph_options.Options`, and a notice if there is no audio device
    and none was requested.

    Raises:
        UserError: A requested audio device or MIDI system is missing, unknown port, bad soundfont, or a file that
            cannot be written.
    """
    for path, option, suffix in ((options.wav, "--wav", ".wav"), (options.midi, "--midi", ".mid")):
        if path is not None:
            check_file(path, option, suffix)
    speaker, notice = bool(options.sound), ""
    if options.sound or (options.sound is None and sound_by_default):
        from pianomime_sim.sound.speaker import check_device

        try:
            check_device()
            speaker = True
        except UserError as error:
            if options.sound:
                raise
            notice = f"silent: {error}"
    if speaker or options.soundfont is not None or options.wav is not None:
        from pianomime_sim.sound.synth import PianoSynth

        PianoSynth(options.soundfont)
    if options.midi_out:
        from pianomime_sim.sound.midi_out import output_ports

        choose_port(options.midi_out, output_ports())
    elif options.virtual_midi_out:
        open_client("MidiOut").delete()
    fields = {
        "sound": speaker,
        "soundfont": options.soundfont,
        "midi_out": options.midi_out,
        "virtual_midi_out": options.virtual_midi_out,
    }
    return fields, notice


@contextmanager
def recorded(options: argparse.Namespace) -> Iterator[Path | None]:
    """Yield the rollout file to write, a temporary one if only its sound is needed; at the end write the sound.

    None if nothing is to be written. A performance that failed without a rollout gives no sound. Errors are raised when
    everything has been tried.

    Raises:
        UserError: A file could not be written.
    """
    wanted = [path for path in (options.wav, options.midi) if path is not None]
    with tempfile.TemporaryDirectory(prefix="pianomime-") as folder:
        rollout = options.rollout
        if wanted and rollout is None:
            rollout = Path(folder) / "performance.npz"
        before = _written(rollout)
        failures = []
        try:
            yield rollout
        except UserError as error:
            failures.append(error)
        if wanted and _written(rollout) != before:
            from pianomime.reports.sound import write_sound

            for path in wanted:
                try:
                    write_sound(rollout, path, options.soundfont)
                except UserError as error:
                    failures.append(error)
        if failures:
            raise UserError("; ".join(map(str, failures))) from failures[0]


def _written(file: Path | None) -> int | None:
    """Return when a file was written [ns]; None if there is none."""
    return file.stat().st_mtime_ns if file is not None and file.exists() else None
