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

import time
from dataclasses import dataclass, replace
from pathlib import Path

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn, TimeRemainingColumn

from pianomime.commands.refine_queue import refine_queue
from pianomime.episodes.refine_song import Refined, RefineSettings, RefineTask, earlier, refine_song
from pianomime.files.outputs import check_file, keep_apart
from pianomime.files.songs import find_song, read_song
from pianomime.reports.score_table import refinement_table
from pianomime_core.errors import UserError
from pianomime_core.instruments import EVERYTHING_FOR_A_PIANO, Choice
from pianomime_core.metrics import ScoreCard
from pianomime_description.variant import SceneConfig
from pianomime_policy.model_search.refinement import RefineConfig


@dataclass(frozen=True)
class RefineOptions:
    """Options of `pianomime refine`.

    Attributes:
        songs: A MIDI file or bundled song; for a folder as `out`, files and folders.
        out: One rollout file (.npz) for one song, or a folder for one file per song.
        hand_collisions: Whether fingers and hands collide with one another.
        effort: Simulated steps per step of music; None for the default of the search.
        seed: Seed of the search.
        budget_s: Wall-clock seconds for all songs together; None for no limit.
        jobs: Songs of a folder refined in parallel processes; does not affect any number.
        ray: Address of a Ray cluster to use instead of local processes; None for none.
        choice: Tracks and channels of MIDI files to play.
    """

    songs: tuple[str, ...]
    out: Path
    hand_collisions: bool = False
    effort: int | None = None
    seed: int = 0
    budget_s: float | None = None
    jobs: int = 1
    ray: str | None = None
    choice: Choice = EVERYTHING_FOR_A_PIANO


def refine(options: RefineOptions) -> int:
    """Refine one song or many, show the progress, and return the exit code: 0, or 1 if one of many songs failed.

    Raises:
        UserError: Bad MIDI or settings, or an output file that is something else; always before the first step.
    """
    config = RefineConfig(seed=options.seed)
    if options.effort is not None:
        config = replace(config, effort=options.effort)
    settings = RefineSettings(
        scene=SceneConfig(hand_collisions=options.hand_collisions),
        config=config,
        deadline_s=None if options.budget_s is None else time.time() + options.budget_s,
    )
    if options.out.suffix != ".npz":
        paths = tuple(Path(song) for song in options.songs)
        return refine_queue(paths, options.out, settings, options.jobs, options.ray, options.choice)
    if options.ray is not None:
        raise UserError(f"--ray {options.ray!r} refines many songs: --out {str(options.out)!r} must be a folder for it")
    if len(options.songs) > 1 or Path(options.songs[0]).is_dir():
        raise UserError(f"--out {str(options.out)!r} is one rollout: give one song, or a folder as --out")
    check_file(options.out, "--out", ".npz")
    path = find_song(options.songs[0])
    task = settings.task(path.stem, read_song(path, options.choice), options.out)
    keep_apart([("--out", task.out), ("--out", task.partial)], [path])
    return _refine_one(task)


def _refine_one(task: RefineTask) -> int:
    console = Console()
    before = earlier(task)
    if before is not None and before.is_finished:
        console.print(f"{task.out} is finished already, with these settings", highlight=False)
    with _progress(console) as progress:
        refined = refine_song(task, _Display(progress, task))
    collisions = "on" if task.scene.hand_collisions else "off"
    console.print(refinement_table(f"{task.song}, hand collisions {collisions}", refined.planner, refined.refined))
    if not refined.is_finished:
        console.print(_left(refined), highlight=False)
    return 0


def _left(refined: Refined) -> str:
    decided = f"{refined.decided_steps} of {refined.steps} steps are refined"
    return f"time is over: {decided}, the planner plays the rest; run the same command to continue"


class _Display:
    """The progress bar of one song: steps, scores, remaining time."""

    def __init__(self, progress: Progress, task: RefineTask) -> None:
        self._progress = progress
        self._song = task.song
        self._steps = len(task.roll.goal)
        self._bar = progress.add_task(f"{task.song}: the planner alone", total=self._steps)
        self._began = False

    def __call__(self, step: int, cards: tuple[ScoreCard, ScoreCard] | None) -> None:
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


def _progress(console: Console) -> Progress:
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TextColumn("steps"))
    times = (TimeElapsedColumn(), TimeRemainingColumn())
    return Progress(*columns, *times, console=console, transient=True, disable=not console.is_terminal)
