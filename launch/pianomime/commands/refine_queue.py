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

"""Refines many songs over processes or machines; finished songs are skipped, unfinished ones continued."""

import math
import sys
from collections.abc import Mapping, Sequence
from concurrent.futures import BrokenExecutor
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from rich.console import Console

from pianomime.commands.refine_song import refine_song
from pianomime.commands.refined_rollout import CONTROLLER, Refined, RefineSettings, RefineTask, earlier
from pianomime.episodes.song_pool import play_songs
from pianomime.files.outputs import keep_apart, make_folder, write_json
from pianomime.files.songs import collect_songs, read_score
from pianomime.reports.score_table import HEARD_COLUMNS, REFINEMENT_COLUMNS, refinements_table
from pianomime.terminal import write_result
from pianomime_core.errors import UserError
from pianomime_core.instruments import EVERYTHING_FOR_A_PIANO, Choice
from pianomime_core.setting import Setting
from pianomime_sim.rollout_metadata import versions

SCORES_FILE = "scores.json"


@dataclass(frozen=True)
class Failed:
    """A song that could not be refined, with the reason in one line."""

    reason: str


# None: the time was up before the song was started.
Outcome = Refined | Failed | None


def refine_queue(
    paths: Sequence[Path],
    out: Path,
    settings: RefineSettings,
    jobs: int,
    ray: str | None,
    choice: Choice = EVERYTHING_FOR_A_PIANO,
    json: Path | None = None,
) -> int:
    """Refine every song into the folder `out`, print the table, write scores.json; 1 if a song failed, else 0.

    Args:
        paths: MIDI files and folders.
        out: Folder for one rollout per song; created if it is missing.
        settings: The same for all songs.
        jobs: Number of parallel processes, one song each.
        ray: Address of a Ray cluster to use instead of processes; all its machines must see the folder `out`.
        choice: Tracks and channels of the files to play.
        json: File for what is in scores.json, too, as for `write_result`.

    Raises:
        UserError: No songs, the folder cannot be written or holds other rollouts of these names, or Ray is missing.
    """
    console = Console()
    songs = collect_songs(paths)
    outputs = [("--out", out / name) for name in (SCORES_FILE, *(f"{song}.npz" for song in songs))]
    keep_apart([*outputs, ("--json", json)], songs.values())
    make_folder(out, "--out")
    outcomes: dict[str, Outcome] = {}
    tasks = []
    for song, path in songs.items():
        try:
            music = read_score(path, choice, settings.config.setting.reading)
            task = settings.task(song, music, out.resolve() / f"{song}.npz")
        except UserError as error:
            outcomes[song] = Failed(str(error))
            continue
        make_folder(task.out.parent, "--out")
        outcomes[song] = before = earlier(task)
        if before is None or not before.is_finished:
            tasks.append(task)
    if finished := _count(outcomes, "finished"):
        console.print(f"{finished} of {len(songs)} songs are finished already", highlight=False)
    if tasks:
        try:
            outcomes |= play_songs(tasks, refine_or_failure, jobs, console, ray)
        except BrokenExecutor as error:
            died = Failed(f"a process died, run the same command to continue: {error}")
            outcomes |= {task.song: _finished(task) or died for task in tasks}
    found = _report({song: outcomes[song] for song in songs}, settings, console)
    write_json(out / SCORES_FILE, found)
    write_result(json, found)
    return 1 if _count(outcomes, "failed") else 0


def refine_or_failure(task: RefineTask) -> Outcome:
    """Refine one song in a process of the pool; an error fails only this song."""
    try:
        if not task.out.parent.is_dir():
            raise UserError(f"no folder {str(task.out.parent)!r} on this machine: all must see the same --out")
        return earlier(task) if task.is_over else refine_song(task)
    except UserError as error:
        return Failed(str(error))
    except Exception as error:
        return Failed(f"{type(error).__name__}: {error}")


def _finished(task: RefineTask) -> Refined | None:
    refined = earlier(task)
    return refined if refined is not None and refined.is_finished else None


def _report(outcomes: Mapping[str, Outcome], settings: RefineSettings, console: Console) -> dict[str, Any]:
    for song, outcome in outcomes.items():
        if isinstance(outcome, Failed):
            print(f"pianomime: {song}: {outcome.reason}", file=sys.stderr)
    rows = {song: _row(outcome) for song, outcome in outcomes.items()}
    mean = _mean([row for row in rows.values() if row["state"] == "finished"])
    title = f"refined, hand collisions {'on' if settings.scene.hand_collisions else 'off'}"
    columns = HEARD_COLUMNS if settings.config.setting is Setting.MUSICAL else REFINEMENT_COLUMNS
    console.print(refinements_table(title, rows, mean, _count(outcomes, "finished"), columns))
    if kept := sum(row.get("planner_kept", False) for row in rows.values()):
        text = f"nothing better was found for {kept} of {len(rows)} songs: the planner's own performance is kept"
        console.print(text, highlight=False)
    if left := _count(outcomes, "begun") + _count(outcomes, "waiting"):
        text = f"time is over: {left} of {len(outcomes)} songs are not finished; run the same command to continue"
        console.print(text, highlight=False)
    made_by = {"versions": versions(), "settings": {"controller": CONTROLLER, **settings.as_dict()}}
    songs = [{"song": song, **row} for song, row in rows.items()]
    return {**made_by, "songs": songs, "mean": mean}


def _row(outcome: Outcome) -> dict[str, Any]:
    return {"state": _state(outcome), **({} if outcome is None else asdict(outcome))}


def _state(outcome: Outcome) -> str:
    if outcome is None:
        return "waiting"
    if isinstance(outcome, Failed):
        return "failed"
    return "finished" if outcome.is_finished else "begun"


def _count(outcomes: Mapping[str, Outcome], state: str) -> int:
    return sum(_state(outcome) == state for outcome in outcomes.values())


def _mean(rows: Sequence[dict[str, Any]]) -> dict[str, dict[str, float]]:
    if not rows:
        return {}
    # A song has a pedal score only if its goal uses the pedal.
    common = set.intersection(*(set(row[who]) for row in rows for who in ("planner", "refined")))
    names = [name for name in rows[0]["refined"] if name in common and name != "frames"]
    return {
        who: {name: math.fsum(row[who][name] for row in rows) / len(rows) for name in names}
        for who in ("planner", "refined")
    }
