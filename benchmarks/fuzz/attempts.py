"""What becomes of inputs that are tried, each in a process of its own: accepted, refused in one line, or failed."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import NamedTuple

from rich.console import Console
from rich.progress import track

from pianomime_core.child import ChildError, in_child
from pianomime_core.errors import UserError

MEMORY_BYTES = 1_000_000_000
LIMIT_S = 20.0
MAX_LINE = 1000
"""Letters of a refusal."""


class Attempt(NamedTuple):
    """An input by a name that says how it was made, and what to do with it."""

    name: str
    work: Callable[[], object]


@dataclass
class Report:
    """Numbers of attempts, and what went wrong with each that failed."""

    tried: int = 0
    accepted: int = 0
    refused: int = 0
    failures: list[str] = field(default_factory=list)


def report(attempts: Iterable[Attempt], count: int, kind: str) -> Report:
    """Try all, with a progress bar on a terminal; `count` and `kind` are what it shows.

    An attempt fails that raises anything but a `UserError` of one printable line, crashes, takes longer than `LIMIT_S`
    or more memory than `MEMORY_BYTES`.
    """
    found, console = Report(), Console(stderr=True)
    for name, work in track(attempts, kind, count, console=console, transient=True, disable=not console.is_terminal):
        found.tried += 1
        try:
            in_child(work, MEMORY_BYTES, LIMIT_S)
            found.accepted += 1
        except UserError as error:
            if str(error).isprintable() and len(str(error)) <= MAX_LINE:
                found.refused += 1
            else:
                found.failures.append(f"{name}: no line for a terminal: {str(error)[:MAX_LINE]!a}")
        except ChildError as error:
            found.failures.append(f"{name}: {error}")
    return found
