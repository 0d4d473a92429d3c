"""Expert demonstrations of PianoMime's authors: a folder with index.csv, meta.json and clips/NNN.npz."""

import csv
import json
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from pianomime_core.errors import UserError
from pianomime_core.keyboard import NUM_KEYS


@dataclass(frozen=True)
class Demonstration:
    """One clip.

    Attributes:
        clip: Number in the archive.
        goal: (T, 88) bool, wanted keys.
        targets: (T, 46) actuator targets in the simulator's order [rad, m]; may lie outside the range.
        stored_f1: Mean frame F1 that the authors' own simulation reached.
    """

    clip: int
    goal: NDArray[np.bool_]
    targets: NDArray[np.float64]
    stored_f1: float


def expert_clips(folder: Path) -> list[int]:
    """Return the numbers of the clips in `folder` with an expert.

    Raises:
        UserError: The archive is not there.
    """
    return sorted(_stored_f1(folder))


def load_expert(folder: Path, clip: int, target_names: tuple[str, ...]) -> Demonstration:
    """Read one clip, its targets in the order of `target_names`.

    Raises:
        UserError: The archive is not there or has no such expert.
    """
    stored = _stored_f1(folder)
    if clip not in stored:
        raise UserError(f"clip {clip} has no expert: choose one of {', '.join(map(str, sorted(stored)))}")
    meta = json.loads((folder / "meta.json").read_text())
    archive = np.load(folder / "clips" / f"{clip:03d}.npz")
    targets = archive["action"] * np.array(meta["action_scale"])
    goal = np.zeros((len(targets), NUM_KEYS), dtype=bool)
    for onset, end, key in archive["notes"]:
        goal[onset:end, key] = True
    order = [meta["action_names"].index(name) for name in target_names]
    return Demonstration(clip, goal, targets[:, order], stored[clip])


def _stored_f1(folder: Path) -> dict[int, float]:
    index = folder / "index.csv"
    if not index.is_file():
        raise UserError(f"no demonstrations at {folder}: want a folder with index.csv, meta.json and clips")
    with index.open() as file:
        # Only clips whose targets are in the archive have an expert to replay.
        return {int(row["clip"]): float(row["expert_f1"]) for row in csv.DictReader(file) if row["expert_f1"]}
