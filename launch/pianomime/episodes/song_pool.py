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

"""Plays many songs, each with its own controller, in parallel processes or on a cluster."""

import multiprocessing
import os
import signal
import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor, as_completed
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TypeVar

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeElapsedColumn, TimeRemainingColumn

from pianomime.episodes.ray_pool import ray_results
from pianomime.terminal import progress
from pianomime_core.piano_roll import PianoRoll
from pianomime_description.variant import SceneConfig


@dataclass(frozen=True)
class SongTask:
    """Everything a worker process needs for one song.

    Attributes:
        song: Unique name of the song.
        roll: Its piano roll.
        controller: Name of the controller.
        scene: The scene.
    """

    song: str
    roll: PianoRoll
    controller: str
    scene: SceneConfig


Task = TypeVar("Task", bound=SongTask)
Result = TypeVar("Result")


def play_songs(
    tasks: Sequence[Task], play: Callable[[Task], Result], jobs: int, console: Console, ray: str | None = None
) -> dict[str, Result]:
    """Play every task and return song -> result, in the order of the tasks.

    Args:
        tasks: At least one, with unique songs.
        play: A module-level function, so that processes can import it; tasks and results must be picklable.
        jobs: Number of parallel processes; 1 uses this process.
        console: Shows the progress, if it is a terminal.
        ray: Address of a Ray cluster to use instead of processes, as for `ray_results`; None for none.

    Raises:
        UserError: Ray is not available.
        BrokenExecutor: A process died.
    """
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TextColumn("steps"))
    results: dict[str, Result] = {}
    with progress(*columns, TimeElapsedColumn(), TimeRemainingColumn(), console=console) as display:
        bar = display.add_task(f"{len(tasks)} songs", total=sum(len(task.roll.goal) for task in tasks))
        for task, result in _results(tasks, play, jobs, ray):
            results[task.song] = result
            display.update(bar, advance=len(task.roll.goal), description=f"{len(results)} of {len(tasks)} songs")
    return {task.song: results[task.song] for task in tasks}


def _results(
    tasks: Sequence[Task], play: Callable[[Task], Result], jobs: int, ray: str | None
) -> Iterator[tuple[Task, Result]]:
    # Longest first, so that no long song is left for the end.
    longest_first = sorted(tasks, key=lambda task: -len(task.roll.goal))
    if ray is not None:
        yield from ray_results(longest_first, play, ray)
        return
    if min(jobs, len(tasks)) == 1:
        yield from ((task, play(task)) for task in tasks)
        return
    with _workers(min(jobs, len(tasks))) as pool:
        futures: dict[Future[Result], Task] = {pool.submit(play, task): task for task in longest_first}
        for future in as_completed(futures):
            yield futures[future], future.result()


@contextmanager
def _workers(jobs: int) -> Iterator[ProcessPoolExecutor]:
    # Spawned, not forked, because threads of MuJoCo, numba and the progress bar do not survive a fork.
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
    # Ctrl-C reaches the whole process group, but only the parent handles it. Workers end with their parent.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_end_with_parent, daemon=True).start()


def _end_with_parent() -> None:
    parent = multiprocessing.parent_process()
    assert parent is not None
    parent.join()
    os._exit(1)
