"""Missed and wrong note-frames by cause, for several players side by side."""

import json
import operator
from collections.abc import Mapping, Sequence
from functools import reduce
from pathlib import Path
from typing import Any

from matplotlib.figure import Figure
from matplotlib.patches import Patch

from docs.planner_pictures.style import GRID, MISSED, SOFT_INK, WRONG, Colour
from pianomime.episodes.episode import play_episode
from pianomime.files.models import model_folder
from pianomime.files.songs import read_song
from pianomime.reports.error_report import MISSED_ROWS, WRONG_ROWS
from pianomime_core.error_table import error_table
from pianomime_core.errors import UserError
from pianomime_physics.simulator import Simulator
from pianomime_policy.controllers.controller import ReportsFingering
from pianomime_policy.controllers.registry import make_controller

_SIDES = (("missed", MISSED_ROWS, MISSED), ("wrong", WRONG_ROWS, WRONG))
_BAR = 0.8
_LEGEND_COLUMNS = 2
_HATCHES = (None, "////", "....", "xxxx")
"""Of the players, besides their shades."""


def errors_picture(totals: Mapping[str, Mapping[str, Any]], songs: str) -> Figure:
    """Draw the causes of missed and of wrong note-frames as bars, in percent of the wanted ones.

    Args:
        totals: Label -> `ErrorTable.as_dict` of a player; the first one is lightest.
        songs: What was played, for the title.
    """
    rows = [(side, words, field, colour) for side, causes, colour in _SIDES for words, field in causes.items()]
    figure = Figure(figsize=(9.0, 1.4 + 0.2 * len(rows) * (len(totals) + 0.6)))
    axes = figure.subplots()
    longest = max(_percent(total, side, field) or 0.01 for total in totals.values() for side, _, field, _ in rows)
    height = _BAR / len(totals)
    for place, (side, _, field, colour) in enumerate(rows):
        for number, total in enumerate(totals.values()):
            y = place + (number + 0.5) * height - _BAR / 2
            percent = _percent(total, side, field)
            axes.barh(y, percent or 0.0, 0.88 * height, lw=0, **_look(colour, number, len(totals)))
            # A rollout does not tell which fingers played.
            words = "not known" if percent is None else f"{percent:.2f} %"
            axes.text((percent or 0.0) + 0.008 * longest, y, words, va="center", fontsize=7.5, color=SOFT_INK)
    axes.axhline(len(MISSED_ROWS) - 0.5, color=SOFT_INK, lw=0.8)
    axes.set_yticks(range(len(rows)), [words for _, words, _, _ in rows])
    axes.set_ylim(len(rows) - 0.5, -0.5)
    axes.set_xlim(0, 1.12 * longest)
    axes.tick_params(axis="y", length=0)
    axes.spines["left"].set_visible(False)
    axes.grid(axis="x", color=GRID, lw=0.6)
    axes.set_axisbelow(True)
    axes.set_xlabel("of wanted note-frames [%]")
    for y, words, colour in (
        (-0.35, "wanted, not pressed", MISSED),
        (len(MISSED_ROWS) - 0.35, "pressed, not wanted", WRONG),
    ):
        axes.text(
            1.0, y, words, transform=axes.get_yaxis_transform(), ha="right", va="top", weight="bold", color=colour
        )
    axes.set_title(f"Where note-frames are lost: {songs}", pad=12 + 16 * -(-len(totals) // _LEGEND_COLUMNS))
    handles = [
        Patch(lw=0, **_look((0.3, 0.3, 0.3), number, len(totals)), label=f"{label}: {_sum(total)}")
        for number, (label, total) in enumerate(totals.items())
    ]
    axes.legend(
        handles=handles, loc="lower left", bbox_to_anchor=(-0.01, 1.0), ncols=min(len(handles), _LEGEND_COLUMNS),
        fontsize=8.5, labelcolor=SOFT_INK,
    )  # fmt: skip
    return figure


def played_totals(controllers: Sequence[str], songs: Sequence[Path]) -> dict[str, dict[str, Any]]:
    """Let controllers play songs; return controller -> counts of all songs together, as `pianomime diagnose` has them.

    Raises:
        UserError: As `pianomime_policy.controllers.registry.make_controller` and `pianomime.files.songs.read_song`.
    """
    simulator = Simulator()
    totals = {}
    for name in controllers:
        controller = make_controller(name, simulator.config, model_folder(name))
        errors = []
        for song in songs:
            played = play_episode(simulator, controller, read_song(song))
            fingers = controller.assignments() if isinstance(controller, ReportsFingering) else None
            errors.append(error_table(played.goal, played.pressed, fingers))
        totals[name] = reduce(operator.add, errors).as_dict()
    return totals


def read_totals(named: list[str]) -> dict[str, dict[str, Any]]:
    """Read "label=file" words, files as `pianomime diagnose --json` writes them; return label -> counts.

    Raises:
        UserError: A word is not of that form, or a file is not such a file.
    """
    totals = {}
    for word in named:
        label, equals, file = word.partition("=")
        if not equals or not label:
            raise UserError(f"--json {word!r}: want label=file")
        try:
            totals[label] = json.loads(Path(file).read_text())["total"]
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise UserError(f"--json {file!r} is not a file of pianomime diagnose --json: {error}") from error
    return totals


def _percent(total: Mapping[str, Any], side: str, field: str) -> float | None:
    tally = total[side].get(field)
    return None if tally is None else 100 * tally["key_frames"] / max(total["wanted"]["key_frames"], 1)


def _sum(total: Mapping[str, Any]) -> str:
    sums = (sum(_percent(total, side, field) or 0.0 for field in causes.values()) for side, causes, _ in _SIDES)
    return "{:.1f} % missed, {:.1f} % wrong".format(*sums)


def _look(colour: Colour, number: int, count: int) -> dict[str, Any]:
    # From light to full, and hatched, so that players differ in grey print, too.
    share = 1.0 if count == 1 else 0.45 + 0.55 * number / (count - 1)
    shade = tuple(1 - share * (1 - channel) for channel in colour)
    return {"fc": shade, "hatch": _HATCHES[number % len(_HATCHES)], "hatchcolor": "white"}
