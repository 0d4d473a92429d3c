"""Evaluates a goal autoencoder on clips it was not trained on: `python -m training.goal_autoencoder.evaluate`.

Two questions: can the distances, and thus the keys, be decoded from the code, and do similar chords have similar codes?
For the second, distances between the codes of pairs of chords are compared with the distances between the chords; the
same is done for the 88 bits and for the 88 distances that the code is computed from.
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
    """Print the scores of a trained goal autoencoder on the val clips and write them to scores.json next to it.

    Attributes:
        run_folder: Folder written by python -m training.goal_autoencoder.train.
        demos: Folder of the demonstrations.
    """

    run_folder: Annotated[Path, tyro.conf.Positional]
    demos: Path

    def run(self) -> int:
        """Evaluate and return the exit code."""
        return evaluate(GoalAutoencoder.load(self.run_folder), self.demos, self.run_folder)


def evaluate(autoencoder: GoalAutoencoder, demos: Path, out: Path) -> int:
    """Print the table of an autoencoder on the CPU, write it to OUT/scores.json, and return the exit code."""
    rows = np.concatenate([one.goal for one in load_demonstrations(demos, "val")])
    chords = np.unique(rows[rows.any(axis=1)], axis=0)
    decoded = decoding_scores(autoencoder.eval(), rows)
    encodings: dict[str, Encoding] = {
        "codes": autoencoder.encode,
        "88 distances": lambda states: np.asarray(distance_field(torch.from_numpy(states)).numpy()),
        "88 bits": lambda states: states.astype(np.float32),
    }
    close = {name: closeness_scores(encode, chords, np.random.default_rng(0)) for name, encode in encodings.items()}
    write_json(out / "scores.json", {"rows": len(rows), "chords": len(chords), "decoder": decoded, "closeness": close})

    table = Table(title=f"{len(chords)} chords of the val clips: does the distance follow that of the chords?")
    for column in ("between", *close["codes"]):
        table.add_column(column, justify="left" if column == "between" else "right")
    for name, scores in close.items():
        table.add_row(name, *(f"{value:.3f}" for value in scores.values()))
    Console().print(table)
    print(f"{len(rows)} rows decoded: " + ", ".join(f"{name} {value:.3g}" for name, value in decoded.items()))
    return 0


@torch.no_grad()
def decoding_scores(autoencoder: GoalAutoencoder, rows: Rows) -> dict[str, float]:
    """Errors of the decoded distances of rows (N, 88), and F1 of the decoded keys (nearer than half a key)."""
    states = torch.from_numpy(rows)
    keys_m = torch.tensor(KEYBOARD.center_y_m, dtype=torch.float32)
    found = autoencoder.distances(autoencoder.raw_codes(states), keys_m)
    error_mm = 1e3 * (found - distance_field(states)).abs().numpy()
    decoded = found.numpy() < np.diff(KEYBOARD.center_y_m).min() / 2
    return {
        "mean error mm": float(error_mm.mean()),
        "at due keys mm": float(error_mm[rows].mean()),
        "key F1": float(2 * np.sum(decoded & rows) / (np.sum(decoded) + np.sum(rows))),
    }


def closeness_scores(encode: Encoding, chords: Rows, rng: np.random.Generator) -> dict[str, float]:
    """How well distances between encodings follow those between chords (N, 88), none of them empty.

    Returns:
        Rank correlation over random pairs and over the nearest fifth of them; fraction of chords that are nearer to
        themselves moved by a key than moved by an octave (a tie counts half).
    """
    first, second = chords[rng.integers(len(chords), size=(2, _PAIRS))]
    reference_m = chord_distances_m(first, second)
    found = _norm(encode(first) - encode(second))
    near = reference_m <= np.quantile(reference_m, _NEAR_SHARE)
    # Chords near the end of the keyboard cannot be moved.
    movable = chords[~chords[:, -_OCTAVE:].any(axis=1)]
    here = encode(movable)
    key, octave = (_norm(encode(np.roll(movable, semitones, axis=1)) - here) for semitones in (1, _OCTAVE))
    return {
        "rank correlation": float(spearmanr(found, reference_m).statistic),
        "of near pairs": float(spearmanr(found[near], reference_m[near]).statistic),
        "key nearer than octave": float(np.mean((key < octave) + 0.5 * (key == octave))),
    }


def chord_distances_m(first: Rows, second: Rows) -> NDArray[np.float64]:
    """Mean distance (N,) along the keyboard from a key of one chord to the nearest of the other, over both directions.

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
