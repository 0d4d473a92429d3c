"""A search that stopped, as a file: npz without pickle."""

import json
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from pianomime_core.errors import UserError
from pianomime_core.npz_file import read_npz, write_npz
from pianomime_policy.foresight.cost import OpenOnsets
from pianomime_policy.foresight.rehearsal import Take
from pianomime_policy.planner.performer import Memory


class Checkpoint(NamedTuple):
    """What `write` was given; every take has become one that continues none."""

    identity: str
    step: int
    spent: int
    random: dict[str, Any]
    takes: list[Take]


def write(path: Path, identity: str, step: int, spent: int, random: np.random.Generator, takes: list[Take]) -> None:
    """Write a search that decided `step` steps and keeps `takes`.

    Raises:
        UserError: The file cannot be written.
    """
    histories = [take.history() for take in takes]
    arrays: dict[str, Any] = {
        "identity": np.array(identity),
        "step": np.array(step),
        "spent": np.array(spent),
        "random": np.array(json.dumps(random.bit_generator.state)),
        "world": np.array([t.world for t in takes]),
        "reference": np.array([t.memory.reference for t in takes]),
        "vain_steps": np.array([t.memory.vain_steps for t in takes]),
        "key": np.array([t.memory.key for t in takes]),
        "onsets": np.array([t.onsets for t in takes]),
        "cost": np.array([t.cost for t in takes]),
        "reading": np.array([t.reading for t in takes]),
        "targets": np.array([np.concatenate([t.targets for t in history]) for history in histories]),
        "pressed": np.array([np.concatenate([t.pressed for t in history]) for history in histories]),
    }

    write_npz(path, "checkpoint", arrays)


def read(path: Path) -> Checkpoint:
    """Read a checkpoint.

    Raises:
        UserError: The file is missing, or no checkpoint.
    """
    try:
        a = read_npz(path, "checkpoint")
        takes = [
            Take(
                world=a["world"][i],
                memory=Memory(tuple(a["reference"][i]), a["vain_steps"][i], a["key"][i]),
                onsets=OpenOnsets(*a["onsets"][i]),
                cost=float(a["cost"][i]),
                reading=int(a["reading"][i]),
                before=None,
                targets=a["targets"][i],
                pressed=a["pressed"][i],
            )
            for i in range(len(a["cost"]))
        ]
        random = json.loads(str(a["random"]))
        return Checkpoint(str(a["identity"]), int(a["step"]), int(a["spent"]), random, takes)
    except Exception as error:  # numpy, zipfile and json raise whatever a damaged file trips them over
        raise UserError(f"checkpoint {str(path)!r} cannot be read: {error}; remove it to begin anew") from error
