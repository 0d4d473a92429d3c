"""Scores of a controller on many songs: in process, deterministic, as fast as the machine can."""

import math
import multiprocessing
import os
import signal
import threading
from collections.abc import Iterator
from concurrent.futures import Future, ProcessPoolExecutor, as_completed
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn, TimeRemainingColumn

from pianomime.episode import play_episode
from pianomime.outputs import check_file, make_folder, write_json
from pianomime.score_table import evaluation_table
from pianomime.songs import collect_songs, read_song
from pianomime_core.piano_roll import PianoRoll
from pianomime_core.timing import CONTROL_TIMESTEP_S
from pianomime_description.variant import SceneConfig
from pianomime_physics.disturbance import Disturbance, DisturbedSimulator
from pianomime_policy.registry import make_controller
from pianomime_sim.rollout_metadata import versions


@dataclass(frozen=True)
class EvaluateOptions:
    """What to play, and how; all but `disturbance` is what `pianomime evaluate` is asked for.

    Attributes:
        midi: Files and folders.
        controller: Name of a controller.
        hand_collisions: Fingers and hands collide with one another.
        rollouts: Folder for one rollout file a song; None for none.
        json: File for scores, settings and versions; None for none.
        jobs: Songs played at a time, each in a process of its own; has no influence on any number.
        disturbance: How the robot differs from its model.
    """

    midi: tuple[Path, ...]
    controller: str
    hand_collisions: bool = False
    rollouts: Path | None = None
    json: Path | None = None
    jobs: int = 1
    disturbance: Disturbance = field(default_factory=Disturbance)


@dataclass(frozen=True)
class _Task:
    # All that a worker process needs for one song.
    song: str
    roll: PianoRoll
    controller: str
    scene: SceneConfig
    disturbance: Disturbance
    rollout: Path | None


def evaluate(options: EvaluateOptions) -> int:
    """Play every song, print the table and write the files asked for; the exit code.

    Raises:
        UserError: As `report`.
    """
    console = Console()
    if options.json is not None:
        check_file(options.json, "--json", ".json")
    found = report(options, console)
    collisions = "on" if options.hand_collisions else "off"
    title = f"{options.controller}, hand collisions {collisions}"
    scores = {song["song"]: song for song in found["songs"]}
    console.print(evaluation_table(title, scores, found["mean"]))
    if options.json is not None:
        write_json(options.json, found)
    return 0


def report(options: EvaluateOptions, console: Console) -> dict[str, Any]:
    """Play every song and return versions, settings, scores of each song, and their unweighted means.

    Args:
        options: What to play; `json` is the caller's business.
        console: Shows the progress.

    Raises:
        UserError: Bad MIDI, unknown controller, or a file that cannot be written; always before the first song.
    """
    scene = SceneConfig(hand_collisions=options.hand_collisions)
    songs = collect_songs(options.midi)
    make_controller(options.controller, scene)  # refuses an unknown name
    tasks = []
    for song, path in songs.items():
        rollout = None if options.rollouts is None else options.rollouts / f"{song}.npz"
        tasks.append(_Task(song, read_song(path), options.controller, scene, options.disturbance, rollout))
    for task in tasks:
        if task.rollout is not None:
            make_folder(task.rollout.parent, "--rollouts")
            check_file(task.rollout, "--rollouts", ".npz")
    scores = _play_all(tasks, options.jobs, console)
    # No times and no machine in it: the same command gives the same bytes.
    means = [name for name in next(iter(scores.values())) if name != "frames"]
    return {
        "versions": versions(),
        "settings": {
            "controller": options.controller,
            **asdict(scene),
            "disturbance": asdict(options.disturbance),
            "control_timestep_s": CONTROL_TIMESTEP_S,
        },
        "songs": [{"song": task.song, **scores[task.song]} for task in tasks],
        "mean": {name: math.fsum(song[name] for song in scores.values()) / len(scores) for name in means},
    }


def _play_all(tasks: list[_Task], jobs: int, console: Console) -> dict[str, dict[str, float]]:
    # Song -> scores, in the order of the tasks whatever the order in which they end.
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TextColumn("steps"))
    scores: dict[str, dict[str, float]] = {}
    with Progress(
        *columns,
        TimeElapsedColumn(),
        TimeRemainingColumn(),
        console=console,
        transient=True,
        disable=not console.is_terminal,
    ) as progress:
        bar = progress.add_task(f"{len(tasks)} songs", total=sum(len(task.roll.goal) for task in tasks))
        for task, score in _results(tasks, jobs):
            scores[task.song] = score
            progress.update(bar, advance=len(task.roll.goal), description=f"{len(scores)} of {len(tasks)} songs")
    return {task.song: scores[task.song] for task in tasks}


def _results(tasks: list[_Task], jobs: int) -> Iterator[tuple[_Task, dict[str, float]]]:
    if min(jobs, len(tasks)) == 1:
        yield from ((task, _play(task)) for task in tasks)
        return
    with _workers(min(jobs, len(tasks))) as pool:
        # Longest first, so that no process is left alone with a long song at the end.
        futures: dict[Future[dict[str, float]], _Task] = {
            pool.submit(_play, task): task for task in sorted(tasks, key=lambda task: -len(task.roll.goal))
        }
        for future in as_completed(futures):
            yield futures[future], future.result()


@contextmanager
def _workers(jobs: int) -> Iterator[ProcessPoolExecutor]:
    # Spawned, not forked: no thread of MuJoCo, numba or the progress bar is copied half alive.
    pool = ProcessPoolExecutor(jobs, mp_context=multiprocessing.get_context("spawn"), initializer=_become_worker)
    try:
        yield pool
    except BaseException:
        for process in multiprocessing.active_children():
            process.terminate()
        raise
    finally:
        pool.shutdown(cancel_futures=True)


def _become_worker() -> None:
    # Ctrl-C reaches the whole group; the parent alone answers it. And without a parent there is nobody to work for.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_end_with_parent, daemon=True).start()


def _end_with_parent() -> None:
    parent = multiprocessing.parent_process()
    assert parent is not None
    parent.join()
    os._exit(1)


def _play(task: _Task) -> dict[str, float]:
    controller = make_controller(task.controller, task.scene)
    simulator = DisturbedSimulator(task.disturbance, task.scene)
    rollout = play_episode(simulator, controller, task.roll, controller_name=task.controller)
    if task.rollout is not None:
        rollout.save(task.rollout)
    scores: dict[str, float] = rollout.metadata["scores"]
    return scores
