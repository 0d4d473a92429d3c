"""Print the table of all evaluated players: `python -m training.paper.table out/paper`."""

import json
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

import tyro
from rich import box
from rich.console import Console
from rich.table import Table

from pianomime_core.errors import UserError
from training.paper.configs import CONFIGS
from training.paper.evaluate import BASELINES, SCORES

_COLUMNS = (
    "", "train P", "R", "F1", "onset F1", "val P", "R", "F1", "onset F1", "clips", "updates", "parameters", "CPU min",
    "ms a step",
)  # fmt: skip
_WIDTH = 180
"""Width of the table, even on a narrower screen, so that no cell is cut."""
_MEASURES = ("precision", "recall", "f1", "onset_f1")


@dataclass(frozen=True)
class PrintTable:
    """Print every OUT/NAME/scores.json as one table in Markdown: mean frame scores, hand collisions off.

    Attributes:
        out: Folder of the runs.
    """

    out: Annotated[Path, tyro.conf.Positional]

    def run(self) -> int:
        """Print and return the exit code."""
        found = {name: self.out / name / SCORES for name in (*CONFIGS, *BASELINES)}
        rows = [_row(json.loads(path.read_text())) for path in found.values() if path.is_file()]
        if not rows:
            raise UserError(f"{str(self.out)!r} holds no NAME/{SCORES}; names are {', '.join(found)}")
        table = Table(*_COLUMNS, box=box.MARKDOWN)
        for row in rows:
            table.add_row(*row)
        Console(width=_WIDTH).print(table)
        return 0


def _row(report: dict[str, Any]) -> tuple[str, ...]:
    scores = [f"{report['mean'][split][measure]:.3f}" for split in ("train", "val") for measure in _MEASURES]
    clips = " + ".join(str(len(report["clips"][split])) for split in ("train", "val"))
    levels = report["training"].values()
    learned = (
        "+".join(str(level["updates"]) for level in levels),
        f"{sum(level['parameters'] for level in levels) / 1e6:.2f} M",
        f"{sum(level['cpu_minutes'] for level in levels):.1f}",
    )
    return (report["name"], *scores, clips, *(learned if levels else ("", "", "")), f"{report['act_ms']:.2f}")


def main(arguments: list[str] | None = None) -> int:
    """Run the command; 2 after one line on stderr for bad input."""
    try:
        return tyro.cli(PrintTable, args=arguments, description=__doc__).run()
    except UserError as error:
        print(error, file=sys.stderr)
        return 2


if __name__ == "__main__":
    sys.exit(main())
