"""A folder of packed clips: format.json, shared by all of them, and NNN.npz for each clip.

With one file per clip, adding or improving a clip leaves all others unchanged in the repository's history.
"""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pianomime.files.outputs import make_folder, write_json
from pianomime_core.errors import UserError
from pianomime_core.hands import name_order
from pianomime_core.rollout import Rollout
from pianomime_core.timing import CONTROL_TIMESTEP_S
from pianomime_description.variant import SceneConfig
from pianomime_physics.simulator import Simulator
from training.packed_clip import PackedClip, quantise, restore

_FORMAT_FILE = "format.json"


@dataclass(frozen=True)
class Format:
    """What the clips of a folder have in common.

    Attributes:
        scene: The robot that played them.
        target_names, target_range: (n,) order of the targets, and (n, 2) values of the codes 0 and 65535 [rad, m].
        joint_names: (m,) order of the joints.
    """

    scene: SceneConfig
    target_names: tuple[str, ...]
    target_range: tuple[tuple[float, float], ...]
    joint_names: tuple[str, ...]

    @classmethod
    def of(cls, simulator: Simulator) -> "Format":
        """The format for a simulator."""
        ranges = tuple((float(lowest), float(highest)) for lowest, highest in simulator.target_range)
        return cls(simulator.config, simulator.target_names, ranges, simulator.joint_names)

    def pack(self, rollout: Rollout, metadata: Mapping[str, Any]) -> PackedClip:
        """Pack a rollout of these hands, whose names may be in any order, with one target a control step.

        Raises:
            UserError: It is of other hands.
        """
        parts = "rollout and format"
        targets = rollout.targets[:, name_order(self.target_names, rollout.target_names, "target", parts)]
        start = rollout.initial_joint_positions[name_order(self.joint_names, rollout.joint_names, "joint", parts)]
        return PackedClip(quantise(targets, self._ranges()), start.astype(np.float32), metadata)

    def unpack(self, clip: PackedClip, goal: NDArray[np.bool_], path: Path) -> Rollout:
        """Unpack the rollout of a clip with goal (T, 88); its keys are unknown (all up) until it is replayed.

        Raises:
            UserError: The music has another length.
        """
        if len(clip.codes) != len(goal):
            raise UserError(f"{str(path)!r} has {len(clip.codes)} steps, its music {len(goal)}: not the same clip")
        return Rollout(
            goal=goal,
            pressed=np.zeros_like(goal),
            targets=restore(clip.codes, self._ranges()),
            target_names=self.target_names,
            joint_names=self.joint_names,
            initial_joint_positions=clip.initial_joint_positions.astype(np.float64),
            dt=CONTROL_TIMESTEP_S,
            metadata=clip.metadata,
        )

    def _ranges(self) -> NDArray[np.float64]:
        return np.array(self.target_range)


def ensure_format(folder: Path, form: Format) -> None:
    """Create the folder and its format.json, or check that the existing one is the same.

    Raises:
        UserError: The folder holds clips of other hands or another scene, or cannot be written.
    """
    make_folder(folder, "--out")
    path = folder / _FORMAT_FILE
    if not path.exists():
        write_json(path, asdict(form))
    elif (there := read_format(folder)) != form:
        raise UserError(f"{str(folder)!r} holds clips of {there.scene}, not of {form.scene}: give another --out")


def read_format(folder: Path) -> Format:
    """Read format.json.

    Raises:
        UserError: It is missing or damaged.
    """
    path = folder / _FORMAT_FILE
    try:
        found = json.loads(path.read_text())
        return Format(
            scene=SceneConfig(**found["scene"]),
            target_names=tuple(found["target_names"]),
            target_range=tuple((lowest, highest) for lowest, highest in found["target_range"]),
            joint_names=tuple(found["joint_names"]),
        )
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise UserError(f"{str(folder)!r} holds no packed clips, or its {_FORMAT_FILE} is damaged: {error}") from error


def packed_clips(folder: Path) -> dict[int, Path]:
    """Number -> file of every clip in the folder, sorted."""
    return {int(path.stem): path for path in sorted(folder.glob("*.npz")) if path.stem.isdigit()}
