"""What a goal autoencoder is worth on clips it was not trained on: `python -m training.goal_autoencoder.evaluate`.

Two questions. Can the distances, and with them the keys, be told from the code? Do close chords have close codes? For
the second, the distances between the codes of pairs of chords are compared with the distance between the chords, and
so are those between the 88 bits and between the 88 distances that the code is made from.
"""

import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import numpy as np
import torch
import tyro
from numpy.typing import NDArray
from rich.console import Console
from rich.table import Table
from scipy.stats import spearmanr

from pianomime.files.outputs import write_json
from pianomime_core.errors import UserError
from pianomime_core.keyboard import KEYBOARD
from training.demonstrations import load_demonstrations
from training.goal_autoencoder.network import GoalAutoencoder, distance_field

Rows = NDArray[np.bool_]
Encoding = Callable[[Rows], NDArray[np.float32]]
"""Key states (N, 88) -> (N, any number)."""
_PAIRS = 10_000
_NEAR_SHARE = 0.2
_OCTAVE = 12


@dataclass(frozen=True)
class Evaluate:
    """Print what a trained goal autoencoder does on the val clips and write scores.json beside it.

    Attributes:
        run_folder: What python -m training.goal_autoencoder.train wrote.
        demos: Folder of the demonstrations.
    """

    run_folder: Annotated[Path, tyro.conf.Positional]
    demos: Path

    def run(self) -> int:
        """Evaluate; the exit code."""
        return evaluate(GoalAutoencoder.load(self.run_folder), self.demos, self.run_folder)


def evaluate(autoencoder: GoalAutoencoder, demos: Path, out: Path) -> int:
    """Print the table of an autoencoder on the CPU, and write it to OUT/scores.json; the exit code."""
    rows = np.concatenate([one.goal for one in load_demonstrations(demos, "val")])
    chords = np.unique(rows[rows.any(axis=1)], axis=0)
    told = decoding_scores(autoencoder.eval(), rows)
    encodings: dict[str, Encoding] = {
        "codes": autoencoder.encode,
        "88 distances": lambda states: np.asarray(distance_field(torch.from_numpy(states)).numpy()),
        "88 bits": lambda states: states.astype(np.float32),
    }
    close = {name: closeness_scores(encode, chords, np.random.default_rng(0)) for name, encode in encodings.items()}
    write_json(out / "scores.json", {"rows": len(rows), "chords": len(chords), "decoder": told, "closeness": close})

    table = Table(title=f"{len(chords)} chords of the val clips: does distance follow that of the chords?")
    for column in ("between", *close["codes"]):
        table.add_column(column, justify="left" if column == "between" else "right")
    for name, scores in close.items():
        table.add_row(name, *(f"{value:.3f}" for value in scores.values()))
    Console().print(table)
    print(f"{len(rows)} rows decoded: " + ", ".join(f"{name} {value:.3g}" for name, value in told.items()))
    return 0


@torch.no_grad()
def decoding_scores(autoencoder: GoalAutoencoder, rows: Rows) -> dict[str, float]:
    """Errors of the decoded distances of rows (N, 88), and F1 of the keys that they tell (nearer than half a key)."""
    states = torch.from_numpy(rows)
    keys_m = torch.tensor(KEYBOARD.center_y_m, dtype=torch.float32)
    found = autoencoder.distances(autoencoder.raw_codes(states), keys_m)
    error_mm = 1e3 * (found - distance_field(states)).abs().numpy()
    told = found.numpy() < np.diff(KEYBOARD.center_y_m).min() / 2
    return {
        "mean error mm": float(error_mm.mean()),
        "at due keys mm": float(error_mm[rows].mean()),
        "key F1": float(2 * np.sum(told & rows) / (np.sum(told) + np.sum(rows))),
    }


def closeness_scores(encode: Encoding, chords: Rows, rng: np.random.Generator) -> dict[str, float]:
    """How far distances between encodings follow those between chords (N, 88), none of which is empty.

    Returns:
        Rank correlation over random pairs, and over the nearest fifth of them; share of chords that are nearer to
        themselves moved by a key than moved by an octave (a tie is half).
    """
    first, second = chords[rng.integers(len(chords), size=(2, _PAIRS))]
    wanted_m = chord_distances_m(first, second)
    found = _norm(encode(first) - encode(second))
    near = wanted_m <= np.quantile(wanted_m, _NEAR_SHARE)
    # Where the keyboard ends a chord cannot be moved.
    movable = chords[~chords[:, -_OCTAVE:].any(axis=1)]
    here = encode(movable)
    key, octave = (_norm(encode(np.roll(movable, semitones, axis=1)) - here) for semitones in (1, _OCTAVE))
    return {
        "rank correlation": float(spearmanr(found, wanted_m).statistic),
        "of near pairs": float(spearmanr(found[near], wanted_m[near]).statistic),
        "key nearer than octave": float(np.mean((key < octave) + 0.5 * (key == octave))),
    }


def chord_distances_m(first: Rows, second: Rows) -> NDArray[np.float64]:
    """Mean way along the keyboard from a key of one chord to the nearest of the other, there and back, (N,).

    Args:
        first, second: (N, 88) chords, none empty.
    """
    apart_m = np.abs(KEYBOARD.center_y_m[:, None] - KEYBOARD.center_y_m)
    ways = [apart_m[np.ix_(one, other)] for one, other in zip(first, second, strict=True)]
    return np.array([(way.min(axis=0).mean() + way.min(axis=1).mean()) / 2 for way in ways])


def _norm(difference: NDArray[np.float32]) -> NDArray[np.float32]:
    return np.asarray(np.linalg.norm(difference, axis=1))


if __name__ == "__main__":
    try:
        sys.exit(tyro.cli(Evaluate).run())
    except UserError as error:
        print(error, file=sys.stderr)
        sys.exit(2)
