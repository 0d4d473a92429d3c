"""What a compiled function is, and where its machine code is kept.

numba asks only whether the file of a function has changed, not those of the functions that it calls, whose code stands
in its own. So each state of all kernels' sources, with the versions that compile them, has a folder of its own, in
`$NUMBA_CACHE_DIR` or the user's cache (`$XDG_CACHE_HOME/pianomime`), however the packages were installed.
"""

import functools
import hashlib
import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numba
from numba.core.event import Event, Listener, install_listener

_COMPILERS = ("numba", "llvmlite", "numpy")
_PREFIX = "kernels-"
_KEPT_FOLDERS = 4  # A branch or two to go back to; 4 MB each.


def kernel(function: Callable[..., Any]) -> Any:
    """Compile a function at its first call, or load what an earlier process compiled of the same sources.

    Its callees and constants must stand in files that hold kernels, too: these alone tell the sources apart.
    """
    folder, _ = kernel_folder()
    if folder is None:
        return numba.njit(function)
    elsewhere, numba.config.CACHE_DIR = numba.config.CACHE_DIR, str(folder)
    try:
        return numba.njit(cache=True)(function)
    finally:
        numba.config.CACHE_DIR = elsewhere


@functools.cache
def kernel_folder() -> tuple[Path | None, str]:
    """Return where this process keeps what it compiles; None, with the reason, where nothing can be written."""
    try:
        folder = _cache_folder() / (_PREFIX + _digest())
        new = not folder.is_dir()
        folder.mkdir(parents=True, exist_ok=True)
        tempfile.TemporaryFile(dir=folder).close()
        os.utime(folder)  # read by `_remove_old`: used now
    except (OSError, RuntimeError) as error:  # RuntimeError: nobody's home
        return None, str(error)
    if new:
        _remove_old(folder.parent)
    return folder, ""


@contextmanager
def on_compiling(told: Callable[[], None]) -> Iterator[None]:
    """Call `told` each time that numba compiles a function; loading one is no compiling."""
    with install_listener("numba:compile", _Compiling(told)):
        yield


class _Compiling(Listener):
    def __init__(self, told: Callable[[], None]) -> None:
        self._told = told

    def on_start(self, event: Event) -> None:
        self._told()

    def on_end(self, event: Event) -> None:
        """Of no interest."""


def _cache_folder() -> Path:
    if numba.config.CACHE_DIR:
        return Path(numba.config.CACHE_DIR)
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "pianomime"


def _digest() -> str:
    digest = hashlib.sha256(" ".join(f"{name} {version(name)}" for name in _COMPILERS).encode())
    root = Path(__file__).parent
    for path in sorted(root.rglob("*.py")):
        source = path.read_bytes()
        if b"\n@kernel\n" in source:
            digest.update(str(path.relative_to(root)).encode() + b"\0" + source + b"\0")
    return digest.hexdigest()[:16]


def _remove_old(folder: Path) -> None:
    def used_s(path: Path) -> float:
        return path.stat().st_mtime

    try:
        folders = sorted(folder.glob(_PREFIX + "*"), key=used_s, reverse=True)
    except OSError:  # another process removes them at this moment
        return
    for old in folders[_KEPT_FOLDERS:]:
        shutil.rmtree(old, ignore_errors=True)
