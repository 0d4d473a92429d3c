"""Runs attempts in child processes: each input is accepted, refused in one line, or fails."""

import json
import os
import signal
import tempfile
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from itertools import islice
from typing import IO, NamedTuple

from rich.console import Console
from rich.progress import track

from pianomime_core.child import ChildError, in_child
from pianomime_core.errors import UserError

MEMORY_BYTES = 1_000_000_000
LIMIT_S = 20.0
TOGETHER = 50
"""Attempts per process."""
MAX_LINE = 1000
"""Maximum length of a refusal in characters."""
_REFUSED, _FAILED = "refused", "failed "


class Attempt(NamedTuple):
    """An input, with a name that describes it, and the action to try on it."""

    name: str
    work: Callable[[], object]


@dataclass
class Report:
    """Numbers of attempts, and the reasons of failures."""

    tried: int = 0
    accepted: int = 0
    refused: int = 0
    failures: list[str] = field(default_factory=list)


def report(attempts: Iterable[Attempt], count: int, kind: str) -> Report:
    """Try all, with a progress bar on a terminal that shows `count` and `kind`.

    An attempt fails if it raises anything but a `UserError` of one printable line, crashes, or exceeds `LIMIT_S` or
    `MEMORY_BYTES`.
    """
    found, console = Report(), Console(stderr=True)
    shown = track(attempts, kind, count, console=console, transient=True, disable=not console.is_terminal)
    with tempfile.TemporaryFile() as results:
        while waiting := list(islice(shown, TOGETHER)):
            while waiting:
                results.truncate(0)
                crash = _try_together(waiting, results)
                told = _read(results)
                if len(told) < len(waiting):
                    told.append(crash)
                for (name, _), result in zip(waiting, told, strict=False):
                    _count(found, name, result)
                waiting = waiting[len(told) :]
    return found


def _try_together(attempts: list[Attempt], results: IO[bytes]) -> str:
    """Write one line with the result of each attempt, up to one that ends the process."""

    def work() -> None:
        for attempt in attempts:
            signal.setitimer(signal.ITIMER_REAL, LIMIT_S)
            os.write(results.fileno(), json.dumps(_result(attempt.work)).encode() + b"\n")

    results.seek(0)
    try:
        in_child(work, MEMORY_BYTES, LIMIT_S)
    except ChildError as error:
        return f"{_FAILED}{error}"
    return f"{_FAILED}ended its process without a word"


def _result(work: Callable[[], object]) -> str:
    try:
        work()
    except UserError as error:
        line = str(error)
        return (
            _REFUSED if line.isprintable() and len(line) <= MAX_LINE else f"{_FAILED}no line for a terminal: {line!a}"
        )
    except MemoryError:
        return f"{_FAILED}needs more than {MEMORY_BYTES / 1e6:.0f} MB of memory"
    except Exception as error:
        return f"{_FAILED}raised {type(error).__name__}: {str(error)[:MAX_LINE]!a}"
    return ""


def _read(results: IO[bytes]) -> list[str]:
    results.seek(0)
    return [json.loads(line) for line in results]


def _count(found: Report, name: str, result: str) -> None:
    found.tried += 1
    found.accepted += result == ""
    found.refused += result == _REFUSED
    if result.startswith(_FAILED):
        found.failures.append(f"{name}: {result.removeprefix(_FAILED)}")
