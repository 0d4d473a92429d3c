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

"""`pianomime refine`: improves on the planner's performance of a song by offline search in the simulator."""

import argparse
import time
from dataclasses import asdict, replace
from pathlib import Path
from typing import TYPE_CHECKING

from pianomime.commands.command import Command
from pianomime.commands.number_types import add_jobs, seconds, whole_number
from pianomime.commands.robot_options import add_hand_collisions, add_setting
from pianomime.commands.song_options import add_tracks
from pianomime.files.outputs import check_file, keep_apart
from pianomime.files.shared_files import find_song
from pianomime.terminal import literal, progress, write_result
from pianomime_core.errors import UserError
from pianomime_core.instruments import choice
from pianomime_core.setting import Setting

if TYPE_CHECKING:
    from rich.progress import Progress

    from pianomime.commands.refined_rollout import RefineTask
    from pianomime_core.metrics import ScoreCard


def _add_arguments(parser: argparse.ArgumentParser) -> None:
    songs = "a MIDI file or bundled song; for a folder as --out, MIDI files and folders"
    parser.add_argument("songs", nargs="+", metavar="SONG.mid", help=songs)
    add_tracks(parser)
    out = "the rollout, or a folder for one rollout per song"
    parser.add_argument("--out", type=Path, required=True, metavar="ROLLOUT.npz", help=out)
    budget = "stop after this time, for all songs together; default: no limit"
    parser.add_argument("--budget", type=seconds, metavar="SECONDS", help=budget)
    effort = "simulated steps per step of music; default 40"
    parser.add_argument("--effort", type=whole_number(1), metavar="N", help=effort)
    parser.add_argument("--seed", type=whole_number(0), default=0, metavar="N", help="seed of the search; default 0")
    add_hand_collisions(parser)
    add_setting(parser)
    workers = parser.add_mutually_exclusive_group()
    add_jobs(workers)
    workers.add_argument(
        "--ray",
        metavar="ADDRESS",
        help="refine songs on the machines of a Ray cluster instead (HOST:PORT, auto or local; needs the extra 'ray'); "
        "all of them must see the folder of --out",
    )


def _run(options: argparse.Namespace) -> int:
    from pianomime.commands.refine_queue import refine_queue
    from pianomime.commands.refined_rollout import RefineSettings
    from pianomime.files.songs import read_score
    from pianomime_description.variant import SceneConfig
    from pianomime_policy.model_search.musical_refinement import MusicalRefineConfig
    from pianomime_policy.model_search.refinement import RefineConfig

    config = (MusicalRefineConfig if options.setting is Setting.MUSICAL else RefineConfig)(seed=options.seed)
    if options.effort is not None:
        config = replace(config, effort=options.effort)
    settings = RefineSettings(
        scene=SceneConfig(hand_collisions=options.hand_collisions),
        config=config,
        deadline_s=None if options.budget is None else time.time() + options.budget,
    )
    out, chosen = options.out, choice(options.tracks, options.channels)
    if out.suffix != ".npz":
        paths = tuple(map(Path, options.songs))
        return refine_queue(paths, out, settings, options.jobs, options.ray, chosen, options.json)
    if options.ray is not None:
        raise UserError(f"--ray {options.ray!r} refines many songs: --out {str(out)!r} must be a folder for it")
    if len(options.songs) > 1 or Path(options.songs[0]).is_dir():
        raise UserError(f"--out {str(out)!r} is one rollout: give one song, or a folder as --out")
    check_file(out, "--out", ".npz")
    path = find_song(options.songs[0])
    task = settings.task(path.stem, read_score(path, chosen, options.setting.reading), out)
    keep_apart([("--out", task.out), ("--out", task.partial), ("--json", options.json)], [path])
    return _refine_one(task, options.json)


def _refine_one(task: "RefineTask", json: Path | None) -> int:
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeElapsedColumn, TimeRemainingColumn

    from pianomime.commands.refine_song import refine_song
    from pianomime.commands.refined_rollout import earlier
    from pianomime.reports.score_table import refinement_table

    console = Console()
    before = earlier(task)
    if before is not None and before.is_finished:
        console.print(f"{task.out} is finished already, with these settings", highlight=False)
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TextColumn("steps"))
    with progress(*columns, TimeElapsedColumn(), TimeRemainingColumn(), console=console) as bar:
        refined = refine_song(task, _Display(bar, task))
    collisions = "on" if task.scene.hand_collisions else "off"
    table = refinement_table(f"{task.song}, hand collisions {collisions}", refined.planner, refined.refined)
    if task.config.setting is Setting.MUSICAL:
        from pianomime.reports.heard_table import add_heard

        add_heard(table, refined.planner, refined.refined)
    console.print(table)
    if refined.planner_kept:
        console.print("nothing better was found: the planner's own performance is kept", highlight=False)
    if not refined.is_finished:
        decided = f"{refined.decided_steps} of {refined.steps} steps are refined"
        text = f"time is over: {decided}, the planner plays the rest; run the same command to continue"
        console.print(text, highlight=False)
    write_result(json, {"song": task.song, **asdict(refined)})
    return 0


class _Display:
    """The progress bar of one song: steps, scores, remaining time."""

    def __init__(self, progress: "Progress", task: "RefineTask") -> None:
        self._progress = progress
        self._song = literal(task.song)
        self._steps = len(task.roll.goal)
        self._bar = progress.add_task(f"{self._song}: the planner alone", total=self._steps)
        self._began = False

    def __call__(self, step: int, cards: "tuple[ScoreCard, ScoreCard] | None") -> None:
        if not self._began:
            # Steps decided by an earlier run say nothing about the speed of this one.
            self._progress.remove_task(self._bar)
            self._bar = self._progress.add_task(self._song, total=self._steps, completed=step)
            self._began = True
        self._progress.update(self._bar, completed=step)
        if cards is not None:
            planner, refined = cards
            scores = f"F1 {refined.f1:.3f} (planner {planner.f1:.3f})"
            onsets = f"onset F1 {refined.onset_f1:.3f} ({planner.onset_f1:.3f})"
            self._progress.update(self._bar, description=f"{self._song}: {scores}, {onsets}")


COMMAND = Command(
    "refine",
    help="search for a better performance of a song, offline",
    description="Improve the planner's performance of a song by search in the simulator, from its beginning to its "
    "end: by its frames, or by what is heard in the setting musical. The rollout is always complete, and never worse "
    "than the planner's own performance. Whenever the command ends, also by Ctrl-C, the same command continues from "
    "there, with a checkpoint (*.partial) beside the rollout. With a folder as --out, all songs in the given files and "
    "folders are refined, and scores.json is written.",
    examples=(
        "pianomime refine twinkle --out twinkle.npz --budget 60",
        "pianomime refine song.mid --out song.npz --effort 80",
        "pianomime refine song.mid --out song.npz --setting musical",
        "pianomime refine songs/ --out refined",
    ),
    add_arguments=_add_arguments,
    run=_run,
    result="scores of the planner and of the refinement",
)
