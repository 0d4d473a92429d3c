"""The results tables of the README: every set of songs, every controller, with and without hand collisions.

`python -m benchmarks.results --demos DIR --songs DIR` takes a quarter of an hour on two cores; the rows are those of
`pianomime evaluate`.
"""

import os
import sys
from dataclasses import dataclass
from itertools import product
from pathlib import Path
from typing import Annotated, Any

import tyro
from rich import box
from rich.console import Console
from rich.table import Table

from benchmarks.song_sets import song_sets
from pianomime.files.outputs import check_file, write_json
from pianomime.reports.evaluation import EvaluateOptions, report
from pianomime_core.errors import UserError
from pianomime_core.setting import Setting

COLUMNS = {
    "P": "precision",
    "R": "recall",
    "F1": "f1",
    "onset F1": "onset_f1",
    "do-nothing F1": "do_nothing_f1",
    "note F1": "note_f1",
    "25 ms": "note_f1_25ms",
}


@dataclass(frozen=True)
class ResultsOptions:
    """Play every row of the results table; print it as Markdown.

    Attributes:
        demos: Folder with PianoMime's demonstrations as MIDI files, 000.mid and so on; without it no validation set.
        songs: Folder with the folders folk and classical; without it their rows are left out.
        controllers: Names of the controllers.
        setting: In which they play.
        model: Folder of networks that are not published yet; None for the bundled ones.
        jobs: Songs played at a time; does not influence any number.
        json: File for all scores of all rows, rewritten after each row.
    """

    demos: Path | None = None
    songs: Path | None = None
    controllers: tuple[str, ...] = ("planner", "streaming", "streaming-1s", "foresight")
    setting: Annotated[Setting, tyro.conf.EnumChoicesFromValues] = Setting.BENCHMARK
    model: Path | None = None
    jobs: int = len(os.sched_getaffinity(0))
    json: Path | None = None


def main(options: ResultsOptions) -> int:
    """Print the table and return 0.

    Raises:
        UserError: A folder or clip is missing, or as `pianomime.reports.evaluation.report`.
    """
    sets = song_sets(options.demos, options.songs)
    if options.json is not None:
        check_file(options.json, "--json", ".json")
    console = Console(stderr=True)
    rows: list[dict[str, Any]] = []
    for (songs, files), controller, collisions in product(sets.items(), options.controllers, (False, True)):
        console.print(f"{songs}, {controller}, hand collisions {'on' if collisions else 'off'}")
        asked = EvaluateOptions(
            files,
            controller,
            options.model,
            hand_collisions=collisions,
            jobs=options.jobs,
            setting=options.setting,
        )
        found = report(asked, console)
        rows.append({"set": songs, **found})
        if options.json is not None:
            write_json(options.json, rows)
    Console(width=120).print(results_table(rows))
    return 0


def results_table(rows: list[dict[str, Any]]) -> Table:
    """The means of each row, in Markdown."""
    table = Table("songs", "controller", "collisions", *COLUMNS, box=box.MARKDOWN)
    for row in rows:
        settings, mean = row["settings"], row["mean"]
        table.add_row(
            f"{row['set']} ({len(row['songs'])})",
            settings["controller"],
            "on" if settings["hand_collisions"] else "off",
            *(f"{mean[field]:.3f}" for field in COLUMNS.values()),
        )
    return table


if __name__ == "__main__":
    try:
        sys.exit(main(tyro.cli(ResultsOptions)))
    except UserError as error:
        print(error, file=sys.stderr)
        sys.exit(2)
