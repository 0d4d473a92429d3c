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

"""`pianomime perceive`: makes a demonstration that the robot can play from a video of a pianist and its music."""

import argparse
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pianomime.commands.command import Command
from pianomime.files.outputs import check_file, keep_apart
from pianomime.terminal import literal, progress, write_result
from pianomime_core.errors import UserError
from pianomime_core.extras import needs_extra

if TYPE_CHECKING:
    from rich.table import Table

    from pianomime_core.demonstration import Demonstration
    from pianomime_core.notes import Score

# Name in the table -> name of the number, and format.
ROWS = {
    "music": ("notes", "{:d} notes"),
    "its length": ("duration_s", "{:.1f} s"),
    "it begins at": ("video_offset_s", "{:.2f} s of the video"),
    "both hands seen": ("both_hands_share", "{:.1%} of the frames"),
    "rows with both hands": ("valid_rows_share", "{:.1%}"),
    "gaps filled": ("gaps_bridged", "{:.0f}"),
    "jitter of a fingertip": ("jitter_mm", "{:.2f} mm"),
    "notes with a finger": ("notes_with_finger_share", "{:.1%}"),
    "fingers from their keys": ("finger_from_key_mm", "{:.1f} mm"),
    "keyboard from its map": ("keyboard_residual_mm", "{:.1f} mm"),
}


def _add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "video", type=Path, metavar="VIDEO", help="shows all 88 keys from above, with the player at the bottom"
    )
    parser.add_argument("--out", type=Path, required=True, metavar="DEMO.npz", help="the demonstration")
    parser.add_argument(
        "--midi",
        type=Path,
        metavar="SONG.mid",
        help="the music, beginning at any time; default: transcribed from the sound (requires `make transcribe`)",
    )
    parser.add_argument(
        "--corners",
        default="",
        metavar='"U,V U,V U,V U,V"',
        help="pixels of the keyboard's corners, if it is not found: far left, far right, near right, near left",
    )
    parser.add_argument("--fit", type=Path, metavar="FILE.png", help="write an image of the detected keys")
    parser.add_argument("--plot", type=Path, metavar="FILE.png", help="write a plot of notes, fingers and fingertips")
    parser.add_argument(
        "--film", type=Path, metavar="FILE.mp4", help="write the video with hands, held keys and fingers drawn over it"
    )
    parser.add_argument(
        "--reference", type=Path, metavar="FILE.csv", help="reference fingering to compare with: onset, key, finger"
    )


def _run(options: argparse.Namespace) -> int:
    # Older files stay until new ones are complete.
    suffixes = {"out": ".npz", "fit": ".png", "plot": ".png", "film": ".mp4"}
    outputs = [(f"--{option}", getattr(options, option)) for option in (*suffixes, "json")]
    keep_apart(outputs, (options.video, options.midi, options.reference))
    for option, suffix in suffixes.items():
        if (path := getattr(options, option)) is not None:
            check_file(path, f"--{option}", suffix)
    from rich.console import Console

    with needs_extra("perceive", "perceive"):
        from pianomime_perception.demonstration_from_video import demonstration_from_video
        from pianomime_perception.given_keyboard import given_keyboard
        from pianomime_perception.reference_fingering import agreement, load_fingering
        from pianomime_perception.video_file import probe
    reference = None if options.reference is None else load_fingering(options.reference)
    info = probe(options.video)
    score = _music(options, info.has_audio)
    keyboard_of = given_keyboard(options.corners, str(options.video))
    assert keyboard_of is not None  # only a camera has none
    keyboard = keyboard_of((info.width, info.height))
    if options.fit is not None:
        _write_fit(options, keyboard)
    with progress() as bar:
        task = bar.add_task("", total=1.0)
        demonstration = demonstration_from_video(
            options.video,
            score,
            keyboard,
            progress=lambda step, share: bar.update(task, description=step, completed=share),
        )
    demonstration.save(options.out)
    agreed = None if reference is None else agreement(demonstration, reference)
    Console().print(summary(demonstration, options.video.name, agreed))
    warnings = list(demonstration.metadata.get("warnings", ()))
    for warning in warnings:
        print(f"warning: {warning}")
    _write_reports(demonstration, options)
    write_result(options.json, {**numbers(demonstration), "agreement": agreed or {}, "warnings": warnings})
    return 0


def numbers(demonstration: "Demonstration") -> dict[str, float]:
    """Return what is known of a demonstration, by the names in ROWS and in its metadata."""
    residual_m = demonstration.keyboard.get("residual_m")
    return {
        "notes": len(demonstration.pitch),
        "duration_s": float(demonstration.time_s[-1]),
        "video_offset_s": demonstration.video_offset_s,
        **demonstration.metadata.get("quality", {}),
        "finger_from_key_mm": 1e3 * demonstration.assignment_distance_m,
        **({} if residual_m is None else {"keyboard_residual_mm": 1e3 * float(residual_m)}),
    }


def summary(demonstration: "Demonstration", title: str, agreed: Mapping[str, float] | None = None) -> "Table":
    """Return the final table of `perceive`; `agreed` is the result of `reference_fingering.agreement`."""
    from rich import box
    from rich.table import Table

    table = Table("detected", "value", title=literal(title), box=box.SIMPLE)
    found = numbers(demonstration)
    for words, (name, form) in ROWS.items():
        if name in found:
            table.add_row(words, form.format(found[name]))
    for words, share in (agreed or {}).items():
        table.add_row(f"{words} as the reference", f"{share:.1%}")
    return table


def _music(options: argparse.Namespace, has_audio: bool) -> "Score":
    if options.midi is not None:
        from pianomime_core.midi_score import load_midi

        return load_midi(options.midi)
    if not has_audio:
        raise UserError(f"video {str(options.video)!r} has no sound: give its music with --midi SONG.mid")
    from pianomime_perception.transcription import transcribe

    with progress() as bar:
        task = bar.add_task("listening", total=1.0)
        return transcribe(options.video, lambda share: bar.update(task, completed=share))


def _write_fit(options: argparse.Namespace, keyboard: Any) -> None:
    """Write the image of the keys before hands are tracked, so that a wrong keyboard is noticed at once."""
    from PIL import Image

    from pianomime_core.whole_file import write_whole
    from pianomime_perception.drawing import draw_grid, draw_names
    from pianomime_perception.video_file import sample

    image = next(sample(options.video, 1)).image.copy()
    keyboard = keyboard.scaled(image.shape[1::-1])
    draw_grid(image, keyboard)
    draw_names(image, keyboard)
    write_whole(options.fit, lambda file: Image.fromarray(image).save(file, format="PNG"))
    print(f"{options.fit}: the detected keys")


def _write_reports(demonstration: "Demonstration", options: argparse.Namespace) -> None:
    from pianomime.reports.demonstration_plot import plot_demonstration
    from pianomime.reports.demonstration_video import write_demonstration_video

    print(f"{options.out}: play it with  pianomime play --controller demo --demo {options.out}")
    if options.plot is not None:
        plot_demonstration(demonstration, options.plot)
        print(f"{options.plot}: notes, fingers and fingertips")
    if options.film is not None:
        write_demonstration_video(demonstration, options.video, options.film)
        print(f"{options.film}: the video with the detections")


COMMAND = Command(
    "perceive",
    help="make a demonstration from a video of a pianist",
    description="Find the keyboard, the fingertips, the beginning of the music and the finger of each note in a video "
    "of a pianist seen from above. Takes a few times as long as the video. Requires `make perceive`.",
    examples=(
        "pianomime perceive clip.mp4 --midi song.mid --out demo.npz",
        "pianomime perceive clip.mp4 --out demo.npz --plot demo.png --film seen.mp4",
        "pianomime play --controller demo --demo demo.npz",
    ),
    add_arguments=_add_arguments,
    run=_run,
    result="the numbers of the table",
)
