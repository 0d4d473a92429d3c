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

"""Functions compiled by numba (kernels), and the cache of their machine code.

numba checks only whether a function's own file has changed, not the files of the functions it calls, whose code is
compiled into its own. So each state of all kernel sources, together with the compiler versions, has its own cache
folder in `$NUMBA_CACHE_DIR` or the user's cache (`$XDG_CACHE_HOME/pianomime`), however the packages were installed.
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
KEPT_FOLDERS = 4
"""Folders of compiled code that are kept, 4 MB each: enough to switch between a few branches."""


def kernel(function: Callable[..., Any]) -> Any:
    """Compile a function at its first call, or load what an earlier process compiled from the same sources.

    Its callees and constants must be in files that contain kernels, too: only those files identify the sources.
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
    """Return the folder for compiled code; None and the reason if nothing can be written there."""
    try:
        folder = _cache_folder() / (_PREFIX + _digest())
        new = not folder.is_dir()
        folder.mkdir(parents=True, exist_ok=True)
        tempfile.TemporaryFile(dir=folder).close()
        os.utime(folder)  # marks it as in use for `_remove_old`
    except (OSError, RuntimeError) as error:  # RuntimeError: the user has no home folder
        return None, str(error)
    if new:
        _remove_old(folder.parent)
    return folder, ""


@contextmanager
def on_compiling(callback: Callable[[], None]) -> Iterator[None]:
    """Call `callback` each time numba compiles a function, not when it loads one."""
    with install_listener("numba:compile", _Compiling(callback)):
        yield


class _Compiling(Listener):
    def __init__(self, callback: Callable[[], None]) -> None:
        self._callback = callback

    def on_start(self, event: Event) -> None:
        self._callback()

    def on_end(self, event: Event) -> None:
        """Required by numba."""


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
    except OSError:  # another process is removing them right now
        return
    for old in folders[KEPT_FOLDERS:]:
        shutil.rmtree(old, ignore_errors=True)
