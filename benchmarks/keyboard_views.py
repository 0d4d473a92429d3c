"""How reliable the automatic keyboard fit is: random views of rendered keyboards with known ground truth.

`python -m benchmarks.keyboard_views` takes four minutes. A fit that is off by more than 12 mm anywhere on the piano
without reporting it is a silent failure: half a white key off, the neighbouring key would be played.
"""

import sys
from collections import Counter
from dataclasses import dataclass

import numpy as np
import tyro
from rich import box
from rich.console import Console
from rich.table import Table

from benchmarks.rendered_keyboard import View, keyboard_points_m, random_view, render
from pianomime_core.errors import UserError
from pianomime_perception.keyboard_fit import fit_keyboard
from pianomime_perception.keyboard_map import KeyboardMap

SILENT_M = 0.012


@dataclass(frozen=True)
class KeyboardViewsOptions:
    """Fit the keyboards of random views and print the results.

    Attributes:
        views: How many; half of them as people film, half with anything wrong.
        seed: Of the views.
    """

    views: int = 500
    seed: int = 0


@dataclass(frozen=True)
class Outcome:
    """Result of a view: errors of the points of the keyboard [m], or the reason for a refusal."""

    view: View
    usual: bool
    mean_m: float = np.nan
    max_m: float = np.nan
    refusal: str = ""


def error_m(keyboard_map: KeyboardMap, view: View) -> np.ndarray:
    """Errors of the map at points all over the keyboard, (88, 3) [m]."""
    points = keyboard_points_m()
    pixels = view.project(np.concatenate([points, np.zeros((*points.shape[:2], 1))], axis=-1))
    return np.linalg.norm(keyboard_map.to_world(pixels) - points, axis=-1)


def outcome(view: View, usual: bool) -> Outcome:
    """Render, fit, compare."""
    try:
        error = error_m(fit_keyboard(render(view)), view)
    except UserError as refusal:
        return Outcome(view, usual, refusal=str(refusal))
    return Outcome(view, usual, float(error.mean()), float(error.max()))


def outcomes(views: int, seed: int) -> list[Outcome]:
    """The results of random views, typical and defective ones alternating."""
    random = np.random.default_rng(seed)
    return [outcome(random_view(random, usual), usual) for usual in (index % 2 == 0 for index in range(views))]


def main(options: KeyboardViewsOptions) -> int:
    """Print the table; return 1 if there was a silent failure."""
    done = outcomes(options.views, options.seed)
    table = Table(box=box.MARKDOWN)
    table.add_column("views")
    for column in ("number", "accepted", "mean error", "95 % within", "largest", "silent failures"):
        table.add_column(column, justify="right")
    for name, usual in (("as people film", True), ("anything wrong", False)):
        of_kind = [entry for entry in done if entry.usual == usual]
        accepted = [entry for entry in of_kind if not entry.refusal]
        if not accepted:
            continue
        largest_mm = 1000 * np.array([entry.max_m for entry in accepted])
        table.add_row(
            name,
            str(len(of_kind)),
            f"{len(accepted) / len(of_kind):.0%}",
            f"{1000 * np.mean([entry.mean_m for entry in accepted]):.2f} mm",
            f"{np.percentile(largest_mm, 95):.1f} mm",
            f"{largest_mm.max():.1f} mm",
            str(sum(entry.max_m > SILENT_M for entry in accepted)),
        )
    console = Console(width=110)
    console.print(table)
    reasons = Counter(
        entry.refusal.split("(")[-1].split(")")[0].lstrip("0123456789 ") for entry in done if entry.refusal
    )
    for reason, count in reasons.most_common(8):
        console.print(f"{count:4d} refused: {reason}")
    return int(any(entry.max_m > SILENT_M for entry in done))


if __name__ == "__main__":
    sys.exit(main(tyro.cli(KeyboardViewsOptions)))
