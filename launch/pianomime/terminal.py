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

"""What a command prints: its result, notices and progress bars, as `--quiet`, `--verbose` and `--json` ask.

A process has one terminal, hence one setting, which `printing` makes for the time of a command. Without it, everything
is printed.
"""

import json
import sys
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager, nullcontext, redirect_stdout
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, TextIO, TypeVar, Union

from pianomime.files.outputs import check_file, write_json
from pianomime_core.errors import printable

if TYPE_CHECKING:  # `pianomime --help` does without
    from rich.console import Console
    from rich.progress import Progress, ProgressColumn

Verbosity = Literal["quiet", "normal", "verbose"]
NODE_LOG_LEVEL: Mapping[Verbosity, str] = {"quiet": "warn", "normal": "info", "verbose": "debug"}
STDOUT = Path("-")
"""What `--json` calls the standard output."""

Item = TypeVar("Item")

_quiet = False
_stdout: TextIO | None = None


@contextmanager
def printing(verbosity: Verbosity, result: Path | None) -> Iterator[None]:
    """Context of one command; if its result goes to the standard output, everything else goes to stderr.

    Args:
        verbosity: Quiet: neither notices nor progress bars.
        result: As for `write_result`.

    Raises:
        UserError: The file for the result cannot be written.
    """
    global _quiet, _stdout
    if result not in (None, STDOUT):
        check_file(result, "--json", ".json")
    before = _quiet, _stdout
    _quiet, _stdout = verbosity == "quiet", sys.stdout
    try:
        with redirect_stdout(sys.stderr) if result == STDOUT else nullcontext():
            yield
    finally:
        _quiet, _stdout = before


def write_result(file: Path | None, result: Mapping[str, Any]) -> None:
    """Write a result as JSON to a file, or to the standard output if it is STDOUT; None for nowhere."""
    if file == STDOUT:
        print(json.dumps(result, indent=2, ensure_ascii=False), file=_stdout, flush=True)
    elif file is not None:
        write_json(file, result)


def notice(line: str, console: "Console | None" = None) -> None:
    """Print a line that is good to know, on a console or on stderr."""
    if _quiet:
        return
    if console is None:
        print(f"pianomime: {line}", file=sys.stderr, flush=True)
    else:
        console.print(line, highlight=False, soft_wrap=True, markup=False)


def literal(text: str) -> str:
    """Return markup with which rich prints the text as it is: a foreign name may hold markup or escape codes."""
    from rich.markup import escape

    return escape(printable(text))


def progress(*columns: Union[str, "ProgressColumn"], console: "Console | None" = None) -> "Progress":
    """Return a progress bar, on a terminal only, which is gone when it ends; without columns it has those of rich."""
    from rich.console import Console
    from rich.progress import Progress

    console = console or Console()
    return Progress(*columns, console=console, transient=True, disable=_quiet or not console.is_terminal)


def tracked(items: Iterable[Item], description: str, total: int) -> Iterator[Item]:
    """Yield the items, with a progress bar."""
    with progress() as bar:
        yield from bar.track(items, total=total, description=description)
