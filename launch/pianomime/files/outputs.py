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

"""Checks output files before the music starts."""

import json
import os
import tempfile
from collections.abc import Hashable, Iterable
from functools import lru_cache
from pathlib import Path
from typing import Any

from pianomime_core.errors import UserError
from pianomime_core.whole_file import write_whole


def check_file(path: Path, option: str, *suffixes: str) -> None:
    """Raise a UserError unless `path` ends in one of `suffixes` and can be written (also over an existing file)."""
    if path.suffix not in suffixes:
        raise UserError(f"{option} {str(path)!r}: the name must end in {' or '.join(suffixes)}")
    if path.is_dir():
        raise UserError(f"{option} {str(path)!r} is a folder: give the name of a file")
    if not path.parent.is_dir():
        raise UserError(f"{option} {str(path)!r}: there is no folder {str(path.parent)!r}")
    check_writable(path.parent, f"{option} {str(path)!r}")


def keep_apart(outputs: Iterable[tuple[str, Path | None]], inputs: Iterable[Path | None] = ()) -> None:
    """Raise an error if an output would overwrite an input or another output, also through links.

    Args:
        outputs: Options and their output files; None for none.
        inputs: Input files; None for none.

    Raises:
        UserError: An output is an input or another output.
    """
    taken = {identity: f"input {str(path)!r}" for path in inputs if path is not None for identity in _identities(path)}
    for option, path in outputs:
        if path is None:
            continue
        identities = _identities(path)
        for identity in identities & taken.keys():
            raise UserError(f"{option} {str(path)!r} would overwrite {taken[identity]}: give another name")
        taken |= dict.fromkeys(identities, f"what {option} {str(path)!r} writes")


def make_folder(path: Path, option: str) -> None:
    """Create the folder if it is missing; raise a UserError unless files can be written in it."""
    try:
        path.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise UserError(f"{option} {str(path)!r} cannot be made: {error.strerror}") from error
    check_writable(path, f"{option} {str(path)!r}")


def write_json(path: Path, value: Any) -> None:
    """Write indented JSON; an older file stays until the new one is complete."""
    text = json.dumps(value, indent=2, ensure_ascii=False) + "\n"
    # File names may contain bytes that are not valid text; they are written as escapes.
    write_whole(path, lambda file: file.write_text(text, encoding="utf-8", errors="backslashreplace"))


def _identities(path: Path) -> set[Hashable]:
    """Return identifiers of a path; two paths that share one are the same file."""
    resolved = Path(os.path.realpath(path))
    found: set[Hashable] = {resolved}
    try:
        status = path.stat()
    except OSError:  # it does not exist yet
        if folds_case(resolved.parent):
            found.add((resolved.parent, resolved.name.casefold()))
    else:
        found.add((status.st_dev, status.st_ino))
    return found


@lru_cache
def folds_case(folder: Path) -> bool:
    """Return whether a folder ignores the case of names."""
    try:
        with tempfile.NamedTemporaryFile(prefix="pianomime-", dir=folder) as file:
            return folder.joinpath(Path(file.name).name.swapcase()).exists()
    except OSError:
        return False


def check_writable(folder: Path, what: str) -> None:
    """Raise a UserError that begins with `what` unless files can be written in a folder."""
    # Tried rather than looked up: permission bits say nothing about read-only or special file systems, or to root.
    try:
        with tempfile.TemporaryFile(dir=folder):
            pass
    except OSError as error:
        raise UserError(f"{what} cannot be written: {error.strerror}") from error
