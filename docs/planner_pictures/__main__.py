"""Makes the pictures of docs/planner.md: `.venv/bin/python -m docs.planner_pictures all --out docs/images`.

fingering   which finger plays which note, and what was missed
hand_path   where the hands are, as planned and as simulated
stroke      one finger on its way from key to key
strike      keys and fingertips of successive notes, in the musical setting and in the benchmark
reach       how far each finger reaches
errors      why note-frames are lost, by several players
chord_jump  what a jump from chord to chord costs
"""

import argparse
import sys
from collections.abc import Callable, Sequence
from functools import cache
from pathlib import Path

from benchmarks.chord_jump import ChordJumpOptions, measure
from matplotlib.figure import Figure

from docs.planner_pictures.chord_jump import chord_jump_picture
from docs.planner_pictures.errors import errors_picture, played_totals, read_totals
from docs.planner_pictures.fingering import fingering_picture
from docs.planner_pictures.hand_path import hand_path_picture
from docs.planner_pictures.performance import Performance, perform
from docs.planner_pictures.reach import reach_picture
from docs.planner_pictures.strike import play_strikes, strike_picture
from docs.planner_pictures.stroke import stroke_picture
from docs.planner_pictures.style import save
from pianomime.files.outputs import make_folder
from pianomime.files.songs import bundled_songs
from pianomime_core.errors import UserError, unknown_value
from pianomime_core.setting import Setting
from pianomime_policy.controllers.default_controller import DEFAULT_CONTROLLER

ALL = "all"
COMPARED = ("streaming-1s", "streaming", DEFAULT_CONTROLLER)
"""Controllers in the picture of errors unless files are given."""


def pictures(options: argparse.Namespace) -> dict[str, Callable[[], Figure]]:
    """Return the functions that draw the pictures, by name; a song that several of them show is played once."""

    @cache
    def performance() -> Performance:
        return perform(options.song, options.seconds)

    def errors() -> Figure:
        songs = bundled_songs()
        if options.json:
            return errors_picture(read_totals(options.json), options.json_songs)
        return errors_picture(played_totals(COMPARED, list(songs.values())), f"{len(songs)} bundled songs")

    def strike() -> Figure:
        musical, benchmark = (
            play_strikes(options.song, options.seconds, setting) for setting in (Setting.MUSICAL, Setting.BENCHMARK)
        )
        return strike_picture(options.song, musical, benchmark)

    return {
        "fingering": lambda: fingering_picture(performance()),
        "hand_path": lambda: hand_path_picture(performance()),
        "stroke": lambda: stroke_picture(performance()),
        "strike": strike,
        "reach": reach_picture,
        "errors": errors,
        "chord_jump": lambda: chord_jump_picture(measure(ChordJumpOptions())),
    }


def main(arguments: Sequence[str] | None = None) -> int:
    """Write NAME.png for every picture asked for, and return the exit code."""
    parser = argparse.ArgumentParser(
        prog="python -m docs.planner_pictures",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("names", nargs="+", metavar="NAME", help=f"pictures, or {ALL}")
    parser.add_argument("--out", type=Path, required=True, help="folder")
    parser.add_argument("--song", default="fuer_elise", help="bundled song or MIDI file to show")
    parser.add_argument("--seconds", type=float, default=8.0, help="how much of it")
    parser.add_argument(
        "--json",
        action="append",
        metavar="LABEL=FILE",
        help="errors: a player and its counts, written by pianomime diagnose --json; once for each player "
        f"(default: {', '.join(COMPARED)} play the bundled songs)",
    )
    parser.add_argument(
        "--json-songs", default="", metavar="WORDS", help="errors: the songs of those files, in words, for the title"
    )
    options = parser.parse_args(arguments)
    makers = pictures(options)
    try:
        for name in options.names:
            if name not in (*makers, ALL):
                raise unknown_value("picture", name, (*makers, ALL))
        make_folder(options.out, "--out")
        for name, make in makers.items():
            if name in options.names or ALL in options.names:
                path = options.out / f"{name}.png"
                save(make(), path)
                print(path)
    except UserError as error:
        print(error, file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
