"""Tries broken input of every kind: `python -m benchmarks.fuzz [KIND ...] --count 10000 --seed 1`."""

import pkgutil
import sys
from dataclasses import dataclass
from importlib import import_module
from typing import Annotated

import tyro
from rich.console import Console
from rich.markup import escape
from rich.table import Table

import benchmarks.fuzz
from benchmarks.fuzz.attempts import Report
from pianomime_core.errors import UserError, unknown_value

_FRAME = ("__main__", "attempts", "damaged_files", "mutation")


@dataclass(frozen=True)
class FuzzOptions:
    """Try broken input: it must be accepted, or refused in one line.

    Attributes:
        kinds: Kinds of input; by default all.
        count: Number of inputs of each kind.
        seed: The same seed makes the same inputs.
    """

    kinds: Annotated[tuple[str, ...], tyro.conf.Positional] = ()
    count: int = 1000
    seed: int = 0


def kinds() -> dict[str, str]:
    """Return the module of each kind."""
    names = sorted(module.name for module in pkgutil.iter_modules(benchmarks.fuzz.__path__))
    return {name.split("_")[0]: name for name in names if name not in _FRAME}


def main(options: FuzzOptions) -> int:
    """Print the table and all failures; return 1 if there were any, else 0.

    Raises:
        UserError: An unknown kind, or a count below 1.
    """
    modules = kinds()
    for kind in options.kinds:
        if kind not in modules:
            raise unknown_value("kind of input", kind, modules)
    if options.count < 1:
        raise UserError(f"count is {options.count}: want 1 or more")
    console = Console()
    table = Table(title=f"broken input, seed {options.seed}")
    for column in ("kind", "tried", "accepted", "refused in one line", "failed"):
        table.add_column(column, justify="left" if column == "kind" else "right")
    failures: list[str] = []
    for kind in options.kinds or modules:
        found: Report = import_module(f"benchmarks.fuzz.{modules[kind]}").run(options.count, options.seed)
        table.add_row(kind, *map(str, (found.tried, found.accepted, found.refused, len(found.failures))))
        failures += [f"{kind} {failure}" for failure in found.failures]
    console.print(table)
    for failure in failures:
        console.print(escape(failure), highlight=False)
    return 1 if failures else 0


if __name__ == "__main__":
    try:
        sys.exit(main(tyro.cli(FuzzOptions)))
    except UserError as error:
        print(error, file=sys.stderr)
        sys.exit(2)
