"""The gain from refinement in frames: every set of songs refined, with hand collisions off and on, against the planner.

This takes hours on two cores and can be interrupted: finished songs are kept in the output folder, and the same command
resumes from there.
"""

import json
import os
import sys
from dataclasses import dataclass
from itertools import product
from pathlib import Path
from typing import Any

import tyro
from rich import box
from rich.console import Console
from rich.table import Table

from benchmarks.song_sets import song_sets
from pianomime.commands.refine_queue import SCORES_FILE, refine_queue
from pianomime.commands.refined_rollout import RefineSettings
from pianomime_core.errors import UserError
from pianomime_description.variant import SceneConfig
from pianomime_policy.model_search.refinement import RefineConfig


@dataclass(frozen=True)
class RefinedOptions:
    """Refine every set of songs; print the results as Markdown.

    Attributes:
        out: Folder for the rollouts, OUT/off/SET and OUT/on/SET.
        demos: Folder with PianoMime's demonstrations as MIDI files, 000.mid and so on; without it no validation set.
        songs: Folder with the folders folk and classical; without it their rows are left out.
        collisions: Scenes to play in.
        effort: Simulated steps per step of music.
        jobs: Songs refined at a time; does not influence any number.
    """

    out: Path
    demos: Path | None = None
    songs: Path | None = None
    collisions: tuple[bool, ...] = (False, True)
    effort: int = RefineConfig.effort
    jobs: int = len(os.sched_getaffinity(0))


def main(options: RefinedOptions) -> int:
    """Print the table; return 1 if a song failed, else 0.

    Raises:
        UserError: A folder or clip is missing, or as `refine_queue`.
    """
    sets = song_sets(options.demos, options.songs)
    failed = False
    rows: list[tuple[str, bool, dict[str, Any]]] = []
    for (songs, files), collisions in product(sets.items(), options.collisions):
        scene = SceneConfig(hand_collisions=collisions)
        out = options.out / ("on" if collisions else "off") / songs
        settings = RefineSettings(scene, RefineConfig(effort=options.effort))
        failed |= bool(refine_queue(files, out, settings, options.jobs, ray=None))
        rows.append((songs, collisions, json.loads((out / SCORES_FILE).read_text(encoding="utf-8"))))
    Console(width=120).print(_table(rows))
    return int(failed)


def _table(rows: list[tuple[str, bool, dict[str, Any]]]) -> Table:
    columns = ("songs", "collisions", "planner F1", "onset F1", "refined F1", "onset F1", "do-nothing F1", "simulated")
    table = Table(*columns, box=box.MARKDOWN)
    for songs, collisions, found in rows:
        finished = [song for song in found["songs"] if song["state"] == "finished"]
        planner, refined = (found["mean"][who] for who in ("planner", "refined"))
        simulated = sum(song["simulated_steps"] for song in finished) / sum(song["steps"] for song in finished)
        scores = [mean[field] for mean in (planner, refined) for field in ("f1", "onset_f1")]
        table.add_row(
            f"{songs} ({len(finished)})",
            "on" if collisions else "off",
            *(f"{score:.3f}" for score in (*scores, refined["do_nothing_f1"])),
            f"{simulated:.0f} x",
        )
    return table


if __name__ == "__main__":
    try:
        sys.exit(main(tyro.cli(RefinedOptions)))
    except UserError as error:
        print(error, file=sys.stderr)
        sys.exit(2)
