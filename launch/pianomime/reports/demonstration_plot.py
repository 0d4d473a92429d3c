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

"""Plots a demonstration: the notes with their fingers, and the paths of the fingertips."""

from pathlib import Path
from typing import Any

import numpy as np

from pianomime_core.demonstration import NOBODY, POINTS, Demonstration
from pianomime_core.errors import UserError, printable
from pianomime_core.hands import FINGERS, SIDES
from pianomime_core.keyboard import KEYBOARD, LOWEST_PITCH, NUM_KEYS
from pianomime_core.whole_file import write_whole

INCHES_PER_S = 0.5
WIDTH_IN = (13.0, 120.0)
HEIGHT_IN = 9.0
DOTS_PER_IN = 100
MARGIN_KEYS = 3
HAND_COLOURS = dict(zip(SIDES, ("#009E73", "#E69F00"), strict=True))
HAND_LINES: dict[str, Any] = dict(zip(SIDES, ("-", (0, (4, 2))), strict=True))
HAND_HATCHES = dict(zip(SIDES, (None, "////"), strict=True))
"""What the colours say, for grey print."""
NOBODY_COLOUR = "#999999"
HAND_WORDS = {"rh": "right hand", "lh": "left hand"}


def plot_demonstration(demonstration: Demonstration, out: Path) -> None:
    """Write a PNG file.

    Raises:
        UserError: `out` cannot be written.
    """
    from matplotlib.figure import Figure
    from matplotlib.lines import Line2D
    from matplotlib.patches import Patch

    duration_s = float(demonstration.time_s[-1])
    width_in = float(np.clip(duration_s * INCHES_PER_S, *WIDTH_IN))
    figure = Figure(figsize=(width_in, HEIGHT_IN), layout="constrained")
    roll, tracks = figure.subplots(2, 1, sharex=True, height_ratios=(6, 1))
    _draw_notes(roll, demonstration)
    _draw_fingertips(roll, demonstration)
    title = demonstration.metadata.get("title") or "demonstration"
    distance_mm = 1e3 * demonstration.assignment_distance_m
    words = f"{printable(title)}: fingers {distance_mm:.1f} mm from the keys they play, on average"
    roll.set_title(words, loc="left", parse_math=False)
    for side, known in zip(SIDES, demonstration.valid.T, strict=True):
        row = SIDES.index(side)
        top, look = row + 0.8 * known, _note_look(side)
        tracks.fill_between(demonstration.time_s, row, top, step="post", lw=0, **look)
    tracks.set_yticks([0.4, 1.4], [f"{HAND_WORDS[side]} seen" for side in SIDES])
    tracks.set_xlabel("time [s]")
    tracks.set_xlim(0, duration_s)
    handles: list[Any] = [Patch(lw=0, label=f"notes, {HAND_WORDS[side]}", **_note_look(side)) for side in SIDES]
    handles += [
        Line2D([], [], color=HAND_COLOURS[side], linestyle=HAND_LINES[side], label=f"fingertips, {HAND_WORDS[side]}")
        for side in SIDES
    ]
    handles += [Patch(color=NOBODY_COLOUR, label="notes without a finger")]
    figure.legend(handles=handles, loc="outside lower center", ncols=len(handles), frameon=False)
    try:
        write_whole(out, lambda file: figure.savefig(file, dpi=DOTS_PER_IN, format="png"))
    except OSError as error:
        raise UserError(f"plot {str(out)!r} cannot be written: {error.strerror}") from error


def _draw_notes(axis: Any, demonstration: Demonstration) -> None:
    keys = demonstration.pitch - LOWEST_PITCH
    columns = (demonstration.onset_s, demonstration.offset_s, keys, demonstration.finger)
    for onset_s, offset_s, key, finger in zip(*(column.tolist() for column in columns), strict=True):
        look = {"facecolor": NOBODY_COLOUR} if finger == NOBODY else _note_look(SIDES[finger // len(FINGERS)])
        axis.barh(key, offset_s - onset_s, left=onset_s, height=0.9, alpha=0.6, lw=0, **look)
        if finger != NOBODY:
            axis.text(onset_s, key, f" {finger % len(FINGERS) + 1}", va="center", fontsize=7)
    lowest, highest = int(keys.min()) - MARGIN_KEYS, int(keys.max()) + MARGIN_KEYS
    axis.set_ylim(max(lowest, 0) - 0.5, min(highest, NUM_KEYS - 1) + 0.5)
    cs = np.arange((-LOWEST_PITCH) % 12, NUM_KEYS, 12)
    shown = cs[(cs >= lowest) & (cs <= highest)]
    axis.set_yticks(shown, [f"C{(key + LOWEST_PITCH) // 12 - 1}" for key in shown])
    axis.set_ylabel("key")


def _draw_fingertips(axis: Any, demonstration: Demonstration) -> None:
    for side, points_m in zip(SIDES, demonstration.points_m.transpose(1, 2, 0, 3), strict=True):
        for tip_m in points_m[POINTS.index(FINGERS[0]) :]:
            # Centres of the keys rise with the pitch, white and black together.
            along = np.interp(tip_m[:, 1], KEYBOARD.center_y_m, np.arange(NUM_KEYS))
            known = np.where(np.isfinite(tip_m[:, 1]), along, np.nan)
            colour, line = HAND_COLOURS[side], HAND_LINES[side]
            axis.plot(demonstration.time_s, known, color=colour, linestyle=line, linewidth=0.7)


def _note_look(side: str) -> dict[str, Any]:
    return {"facecolor": HAND_COLOURS[side], "hatch": HAND_HATCHES[side], "edgecolor": "white"}
