"""A search that stopped, as a file: npz without pickle."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from pianomime_core.errors import UserError
from pianomime_core.npz_file import read_npz, write_npz
from pianomime_policy.hand_control.hands_controller import Memory
from pianomime_policy.model_search.cost import OpenOnsets
from pianomime_policy.model_search.rehearsal import Take

_HISTORY = ("targets", "pressed")


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
    whole = [_arrays(take, take.history()) for take in takes]
    arrays: dict[str, Any] = {
        "identity": np.array(identity),
        "step": np.array(step),
        "spent": np.array(spent),
        "random": np.array(json.dumps(random.bit_generator.state)),
        **{name: np.array([each[name] for each in whole]) for name in whole[0]},
    }
    write_npz(path, "checkpoint", arrays)


def read(path: Path, like: Take) -> Checkpoint:
    """Read a checkpoint.

    Args:
        path: The file.
        like: A take of this song and robot: those of the checkpoint must have its shapes and types.

    Raises:
        UserError: The file is missing, no checkpoint, or one that the search cannot go on from.
    """
    try:
        wanted = _arrays(like, [like])
        a = read_npz(path, "checkpoint", ("identity", "step", "spent", "random", *wanted))
        step, takes = int(a["step"]), len(a["cost"])
        if not takes:
            raise ValueError("it holds no take")
        for name, one in wanted.items():
            shape = (takes, step, *one.shape[1:]) if name in _HISTORY else (takes, *one.shape)
            found = a[name]
            if found.shape != shape or found.dtype != one.dtype or not np.all(np.isfinite(found)):
                raise ValueError(
                    f"{name} has shape {found.shape} and type {found.dtype}: must be {shape}, {one.dtype} and finite"
                )
        random = json.loads(str(a["random"]))
        np.random.default_rng().bit_generator.state = random  # refuses what is none
        return Checkpoint(
            identity=str(a["identity"]),
            step=step,
            spent=int(a["spent"]),
            random=random,
            takes=[_take({name: a[name][i] for name in wanted}) for i in range(takes)],
        )
    except Exception as error:  # numpy, zipfile and json raise whatever a damaged file trips them over
        raise UserError(f"checkpoint {str(path)!r} cannot be read: {error}; remove it to begin anew") from error


def _arrays(take: Take, history: list[Take]) -> dict[str, NDArray[Any]]:
    return {
        "world": take.world,
        "reference": np.array(take.memory.reference),
        "vain_steps": take.memory.vain_steps,
        "key": take.memory.key,
        "onsets": np.array(take.onsets),
        "cost": np.array(take.cost),
        "plan_index": np.array(take.plan_index),
        "targets": np.concatenate([each.targets for each in history]),
        "pressed": np.concatenate([each.pressed for each in history]),
    }


def _take(a: Mapping[str, Any]) -> Take:
    return Take(
        world=a["world"],
        memory=Memory(tuple(a["reference"]), a["vain_steps"], a["key"]),
        onsets=OpenOnsets(*a["onsets"]),
        cost=float(a["cost"]),
        plan_index=int(a["plan_index"]),
        before=None,
        targets=a["targets"],
        pressed=a["pressed"],
    )
