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

"""A recorded performance: the goal, the commands and the pressed keys.

The file is an npz archive without pickle. Row t: the targets t were applied for `dt`, `pressed[t]` is the key state
after it, to be compared with `goal[t]`. A row is a control step of 50 ms, or an even part of one; the score is that of
the rows at the ends of the steps (`Rollout.frames`).

| array | type | meaning |
|---|---|---|
| goal, pressed | (T, 88) bool | keys of the goal and pressed keys, bass first |
| targets | (T, n) float32 | actuator targets, rad and m |
| target_names, joint_names | (n,), (m,) str | names of `pianomime_core.hands`; 46 and 54 for the PianoMime variant |
| initial_joint_positions | (m,) float64 | start of the hands, rad and m |
| dt | float64 | seconds per row: 0.05, or 0.05 divided by 2, 5 or 10 |
| metadata | str | JSON object: versions, controller, variant, scores |
| goal_pedal, pedal | (T,) bool | sustain pedal of the goal and as pressed, in each step; up throughout in files without
    them |
"""

import json
import math
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from pianomime_core.errors import UserError
from pianomime_core.hands import FOREARM_DOFS, joint_names, target_names
from pianomime_core.keyboard import NUM_KEYS
from pianomime_core.npz_file import json_object, one_number, read_npz, require_names, write_npz
from pianomime_core.timing import CONTROL_TIMESTEP_S

MAX_JOINT_POSITION = 4.0
"""rad or m. Beyond it the physics becomes unstable and continues from another posture."""

ROWS_PER_STEP = (1, 2, 5, 10)
"""Legal numbers of rows of each control step."""

_KIND = "rollout"
_PEDALS = ("goal_pedal", "pedal")
_SHOWN_NAMES, _SHOWN_LETTERS = 8, 40


def _no_rows() -> NDArray[np.bool_]:
    return np.zeros(0, dtype=np.bool_)


class Frames(NamedTuple):
    """Frames of 50 ms (T, ...), in the order of the arguments of `pianomime_core.metrics.score`."""

    goal: NDArray[np.bool_]
    pressed: NDArray[np.bool_]
    goal_pedal: NDArray[np.bool_]
    pedal: NDArray[np.bool_]


@dataclass(frozen=True, eq=False)
class Rollout:
    """One performance; arrays as in the table above. Pedals without rows were up throughout.

    Raises:
        UserError: Shapes, names or numbers are inconsistent.
    """

    goal: NDArray[np.bool_]
    pressed: NDArray[np.bool_]
    targets: NDArray[np.float32]
    target_names: tuple[str, ...]
    joint_names: tuple[str, ...]
    initial_joint_positions: NDArray[np.float64]
    dt: float
    metadata: Mapping[str, Any]
    goal_pedal: NDArray[np.bool_] = field(default_factory=_no_rows)
    pedal: NDArray[np.bool_] = field(default_factory=_no_rows)

    def __post_init__(self) -> None:
        steps = self.goal.shape[0] if self.goal.ndim else 0
        if steps == 0:
            raise UserError("rollout has a goal without rows: it needs one step at least")
        _require_names("target", self.target_names, target_names)
        _require_names("joint", self.joint_names, joint_names)
        _require_array("goal", self.goal, (steps, NUM_KEYS), np.bool_)
        _require_array("pressed", self.pressed, (steps, NUM_KEYS), np.bool_)
        _require_array("targets", self.targets, (steps, len(self.target_names)), np.float32)
        _require_array("initial_joint_positions", self.initial_joint_positions, (len(self.joint_names),), np.float64)
        for name in _PEDALS:
            if not getattr(self, name).size:
                object.__setattr__(self, name, np.zeros(steps, dtype=np.bool_))
            _require_array(name, getattr(self, name), (steps,), np.bool_)
        legal = [CONTROL_TIMESTEP_S / rows for rows in ROWS_PER_STEP]
        if not any(math.isclose(self.dt, dt) for dt in legal):
            raise UserError(f"rollout has dt {self.dt} s: must be {', '.join(f'{dt:g}' for dt in legal)} s")
        if steps % self.rows_per_step:
            raise UserError(f"rollout has {steps} rows of {self.dt:g} s: must be whole steps of {CONTROL_TIMESTEP_S} s")

    @classmethod
    def of_steps(
        cls,
        *,
        goal: NDArray[np.bool_],
        goal_pedal: NDArray[np.bool_],
        pedal: NDArray[np.bool_],
        targets: Sequence[NDArray[np.float32]],
        pressed: Sequence[NDArray[np.bool_]],
        **others: Any,
    ) -> "Rollout":
        """Return the rollout of T control steps, each of K equal parts.

        Args:
            goal, goal_pedal: (T, 88) and (T,), of whole steps.
            pedal: (T,) of whole steps, or (T, K) of their parts.
            targets: T times (K, n) [rad, m].
            pressed: T times (K, 88), keys at the ends of the parts.
            others: All other fields but `dt`.
        """
        parts = len(targets[0])
        return cls(
            goal=np.repeat(goal, parts, axis=0),
            pressed=np.concatenate(pressed),
            targets=np.concatenate(targets),
            dt=CONTROL_TIMESTEP_S / parts,
            goal_pedal=np.repeat(goal_pedal, parts),
            pedal=np.broadcast_to(pedal.reshape(len(goal), -1), (len(goal), parts)).reshape(-1),
            **others,
        )

    @property
    def rows_per_step(self) -> int:
        """Rows of each control step."""
        return round(CONTROL_TIMESTEP_S / self.dt)

    @property
    def duration_s(self) -> float:
        """Length of the performance."""
        return len(self.targets) * self.dt

    def frames(self) -> "Frames":
        """Return the rows at the ends of the control steps, which are scored."""
        last = slice(self.rows_per_step - 1, None, self.rows_per_step)
        return Frames(self.goal[last], self.pressed[last], self.goal_pedal[last], self.pedal[last])

    def save(self, path: str | Path) -> None:
        """Write the npz file; an existing one is replaced once the new one is whole.

        Raises:
            UserError: The file cannot be written.
        """
        arrays = {
            "goal": self.goal,
            "pressed": self.pressed,
            "targets": self.targets,
            "target_names": np.array(self.target_names),
            "joint_names": np.array(self.joint_names),
            "initial_joint_positions": self.initial_joint_positions,
            "dt": np.float64(self.dt),
            "metadata": np.array(json.dumps(self.metadata)),
            **{name: getattr(self, name) for name in _PEDALS},
        }
        write_npz(path, _KIND, arrays)

    @classmethod
    def load(cls, path: str | Path) -> "Rollout":
        """Read an npz file.

        Raises:
            UserError: The file is missing, not npz, lacks an array, or its arrays are inconsistent.
        """
        arrays = read_npz(path, _KIND, [each.name for each in fields(cls)])
        require_names(path, _KIND, arrays, [each.name for each in fields(cls) if each.name not in _PEDALS])
        try:
            rollout = cls(
                goal=arrays["goal"],
                pressed=arrays["pressed"],
                targets=arrays["targets"],
                target_names=_strings("target_names", arrays["target_names"]),
                joint_names=_strings("joint_names", arrays["joint_names"]),
                initial_joint_positions=arrays["initial_joint_positions"],
                dt=one_number(_KIND, "dt", arrays["dt"]),
                metadata=json_object(_KIND, arrays["metadata"]),
                **{name: arrays[name] for name in _PEDALS if name in arrays},
            )
            _require_reachable(rollout)
            return rollout
        except UserError as error:
            raise UserError(f"{str(path)!r}: {error}") from error


def _require_reachable(rollout: Rollout) -> None:
    """Refuse a start that no hand can reach; the simulation would become unstable."""
    beyond = np.abs(rollout.initial_joint_positions) > MAX_JOINT_POSITION
    if beyond.any():
        first = int(np.argmax(beyond))
        raise UserError(
            f"rollout begins with {rollout.joint_names[first]} at {rollout.initial_joint_positions[first]:g}: no joint "
            f"of a hand reaches {MAX_JOINT_POSITION}"
        )


def _require_names(kind: str, names: tuple[str, ...], names_of_forearm: Any) -> None:
    """Refuse names that are not those of one hand variant, in any order; the error compares with the nearest
    variant."""
    legal = [set(names_of_forearm(forearm)) for forearm in FOREARM_DOFS.values()]
    nearest = min(legal, key=lambda variant: len(variant.symmetric_difference(names)))
    unknown, missing = sorted(set(names) - nearest), sorted(nearest - set(names))
    if unknown or missing:
        differences = [
            f"{how} {_listed(those)}" for how, those in (("unknown", unknown), ("missing", missing)) if those
        ]
        raise UserError(f"rollout has wrong {kind} names: {'; '.join(differences)}")
    if len(set(names)) != len(names):
        raise UserError(
            f"rollout names a {kind} twice: {_listed(sorted(n for n, many in Counter(names).items() if many > 1))}"
        )


def _listed(names: list[str]) -> str:
    # A file may hold names of any length, and any number of them.
    shown = [name if len(name) <= _SHOWN_LETTERS else f"{name[:_SHOWN_LETTERS]}..." for name in names[:_SHOWN_NAMES]]
    return ", ".join(shown) + (f" and {len(names) - _SHOWN_NAMES} more" if len(names) > _SHOWN_NAMES else "")


def _require_array(name: str, array: NDArray[Any], shape: tuple[int, ...], dtype: type[np.generic]) -> None:
    if array.shape != shape or array.dtype != dtype:
        raise UserError(
            f"rollout has {name} of shape {array.shape} and type {array.dtype}: must be {shape} and {np.dtype(dtype)}"
        )
    if not np.all(np.isfinite(array)):
        raise UserError(f"rollout has values in {name} that are not finite: all must be numbers")


def _strings(name: str, array: NDArray[Any]) -> tuple[str, ...]:
    if array.ndim != 1 or array.dtype.kind != "U":
        raise UserError(f"rollout has {name} of shape {array.shape} and type {array.dtype}: must be a list of strings")
    return tuple(array.tolist())
