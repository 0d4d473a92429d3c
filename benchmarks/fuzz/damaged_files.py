"""Good files of several kinds, damaged in turn, written, and used."""

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np

from benchmarks.fuzz.attempts import Attempt


class FileKind(NamedTuple):
    """A good file; how to damage it, with a word for what is damaged; and the action to try on the result."""

    name: str
    good: bytes
    damage: Callable[[bytes, np.random.Generator], tuple[str, bytes]]
    use: Callable[[Path], object]


def attempts(kinds: Sequence[FileKind], count: int, seed: int, folder: Path) -> Iterator[Attempt]:
    """Yield `count` attempts, the same for the same seed; each removes its file from `folder`."""
    random = np.random.default_rng(seed)
    for number in range(count):
        kind = kinds[number % len(kinds)]
        how, data = kind.damage(kind.good, random)
        path = folder / f"{number}.npz"

        def work(path: Path = path, data: bytes = data, kind: FileKind = kind) -> None:
            path.write_bytes(data)
            try:
                kind.use(path)
            finally:
                path.unlink()

        yield Attempt(f"{number} ({kind.name}, {how})", work)
