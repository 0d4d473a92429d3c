# Copyright 2026 PianoMime contributors
#
# Licensed under the Apache License, Version 2.0 (the "License");
# you may not use this file except in compliance with the License.
# You may obtain a copy of the License at
#
#     http://www.apache.org/licenses/LICENSE-2.0
#
# Unless required by applicable law or agreed to in writing, software
# distributed under the License is distributed on an "AS IS" BASIS,
# WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
# See the License for the specific language governing permissions and
# limitations under the License.

"""An interrupted search as a file: npz without pickle."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from pianomime_core.errors import UserError
from pianomime_core.npz_file import read_npz, write_npz
from pianomime_policy.hand_control.hands_controller import Memory
from pianomime_policy.model_search.model_rollout import Candidate

_HISTORY = ("targets", "pressed")


class Checkpoint(NamedTuple):
    """What `write` was given; each candidate now holds its whole history and continues no other."""

    identity: str
    step: int
    spent: int
    random: dict[str, Any]
    candidates: list[Candidate]


def write(
    path: Path, identity: str, step: int, spent: int, random: np.random.Generator, candidates: list[Candidate]
) -> None:
    """Write a search that has decided `step` steps and keeps `candidates`.

    Raises:
        UserError: The file cannot be written.
    """
    whole = [_arrays(candidate, candidate.history()) for candidate in candidates]
    arrays: dict[str, Any] = {
        "identity": np.array(identity),
        "step": np.array(step),
        "spent": np.array(spent),
        "random": np.array(json.dumps(random.bit_generator.state)),
        **{name: np.array([each[name] for each in whole]) for name in whole[0]},
    }
    write_npz(path, "checkpoint", arrays)


def read(path: Path, like: Candidate) -> Checkpoint:
    """Read a checkpoint.

    Args:
        path: The file.
        like: A candidate for this song and robot; those in the checkpoint must have its shapes and types.

    Raises:
        UserError: The file is missing, is not a checkpoint, or is one that the search cannot continue from.
    """
    try:
        expected = _arrays(like, [like])
        a = read_npz(path, "checkpoint", ("identity", "step", "spent", "random", *expected))
        step, candidates = int(a["step"]), len(a["cost"])
        if not candidates:
            raise ValueError("it holds no candidate")
        for name, one in expected.items():
            shape = (candidates, step, *one.shape[1:]) if name in _HISTORY else (candidates, *one.shape)
            found = a[name]
            if found.shape != shape or found.dtype != one.dtype or not np.all(np.isfinite(found)):
                raise ValueError(
                    f"{name} has shape {found.shape} and type {found.dtype}: must be {shape}, {one.dtype} and finite"
                )
        random = json.loads(str(a["random"]))
        np.random.default_rng().bit_generator.state = random  # raises if it is not a generator's state
        return Checkpoint(
            identity=str(a["identity"]),
            step=step,
            spent=int(a["spent"]),
            random=random,
            candidates=[_candidate({name: a[name][i] for name in expected}, like) for i in range(candidates)],
        )
    except Exception as error:  # numpy, zipfile and json raise all kinds of errors on a damaged file
        raise UserError(f"checkpoint {str(path)!r} cannot be read: {error}; remove it to start again") from error


def _arrays(candidate: Candidate, history: list[Candidate]) -> dict[str, NDArray[Any]]:
    memory = candidate.memory
    return {
        "world": candidate.world,
        "reference": np.array(memory.reference),
        "failed_press_steps": memory.failed_press_steps,
        "key": memory.key,
        **({"lost_keys": np.array(memory.lost_keys)} if memory.lost_keys else {}),
        "onsets": np.array(candidate.onsets),
        "cost": np.array(candidate.cost),
        "plan_index": np.array(candidate.plan_index),
        "targets": np.concatenate([each.targets for each in history]),
        "pressed": np.concatenate([each.pressed for each in history]),
    }


def _candidate(a: Mapping[str, Any], like: Candidate) -> Candidate:
    lost_keys = (
        (key, sounded.astype(np.bool_), lost.astype(np.bool_)) for key, sounded, lost in a.get("lost_keys", ())
    )
    return Candidate(
        world=a["world"],
        memory=Memory(tuple(a["reference"]), a["failed_press_steps"], a["key"], tuple(lost_keys)),
        onsets=tuple(array.astype(own.dtype) for array, own in zip(a["onsets"], like.onsets, strict=True)),
        cost=float(a["cost"]),
        plan_index=int(a["plan_index"]),
        before=None,
        targets=a["targets"],
        pressed=a["pressed"],
    )
