"""What the DAgger iterations of both networks share: labelling in many processes, and cached examples."""

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import fields
from multiprocessing import get_context
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
from rich.console import Console
from rich.progress import track

from pianomime_core.whole_file import write_whole

WITHOUT_INFLUENCE = ("demos", "out", "jobs", "device")
"""Settings of a training that do not influence its result: where data and results are, and what computes."""

T = TypeVar("T")
R = TypeVar("R")


def over_processes(function: Callable[[T], R], tasks: Sequence[T], jobs: int, title: str) -> Iterator[R]:
    """Yield the results of `function` in task order, with a progress bar; with `jobs` 1, in this process."""
    console = Console(stderr=True)
    if jobs == 1:
        yield from track(map(function, tasks), title, total=len(tasks), console=console)
        return
    with ProcessPoolExecutor(jobs, get_context("spawn")) as pool:
        yield from track(pool.map(function, tasks), title, total=len(tasks), console=console)


def cached(path: Path, make: Callable[[], R], kind: type[R]) -> R:
    """Return the arrays of the npz file as a `kind`; if it does not exist, make and write them first."""
    if not path.exists():
        made: Any = make()

        def write(temporary: Path) -> None:
            with temporary.open("wb") as file:
                np.savez(file, **{field.name: getattr(made, field.name) for field in fields(made)})

        write_whole(path, write)
    with np.load(path) as stored:
        return kind(**{name: stored[name] for name in stored})
