"""PianoMime's demonstrations: a human's playing and, for some clips, that of a robot trained to play it.

An archive is a folder with index.csv (clip, song, group, expert_f1), splits.json (clip numbers of train and val),
meta.json (names and scales), clips/NNN.npz and, where there is an expert, states/NNN.npz. Everything is matched by
the names in meta.json; the arrays here have the order of `pianomime_core.hands`, independent of the archive's order.
"""

import csv
import json
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pianomime_core.errors import UserError, unknown_value
from pianomime_core.hands import FINGERS, SIDES, joint_names, name_order, target_names
from pianomime_core.keyboard import NUM_KEYS
from pianomime_core.npz_file import read_npz
from pianomime_description.hand_spec import build_hand

SPLITS = ("train", "val")
FINGER_NAMES = tuple(f"{side}_{finger}" for side in SIDES for finger in FINGERS)
"""Columns of `Demonstration.fingering`: right thumb..little, left thumb..little, as the planner numbers fingers."""
FINGERTIP_NAMES = tuple(f"{side}_{point}" for side in ("lh", "rh") for point in ("wrist", *FINGERS))
"""Rows of `Demonstration.fingertips_m`: left wrist, thumb..little, right wrist, thumb..little, as in the paper."""
PRESSING_Z_M = 0.0
"""Height given to a finger that presses a key. Heights are assigned: a video of the hands from above has none."""
FREE_Z_M = 0.045
"""Height given to a finger that presses nothing."""


@dataclass(frozen=True)
class Expert:
    """A robot's performance: row t is the state before step t and the command in it (20 Hz).

    Attributes:
        joint_positions, joint_velocities: (T, 54) float32, order of `joint_names()` [rad, m and rad/s, m/s].
        keys: (T, 88) float32, depression of each key, 0 at rest, 1 at its stop; row t + 1 has the effect of step t.
        targets: (T, 46) float32, order of `target_names()` [rad, m], clamped to the actuators' ranges. Those of
            the authors are not: MuJoCo silently clamped 97 % of their rows.
        f1: Mean frame F1 reached in the authors' own simulation.
    """

    joint_positions: NDArray[np.float32]
    joint_velocities: NDArray[np.float32]
    keys: NDArray[np.float32]
    targets: NDArray[np.float32]
    f1: float


@dataclass(frozen=True)
class Demonstration:
    """One clip of at most 30 s.

    Attributes:
        clip: Number in the archive.
        song: Number of the song that it belongs to.
        goal: (T, 88) bool, goal keys, row t for the end of step t.
        fingering: (T, 10) key that each of FINGER_NAMES holds, -1 for none; 0.8 % of the note-frames have no finger.
        fingertips_m: (T, 12, 3) float32, positions of the human's FINGERTIP_NAMES, world frame; see PRESSING_Z_M.
        expert: None if there is no expert for the clip.
    """

    clip: int
    song: int
    goal: NDArray[np.bool_]
    fingering: NDArray[np.int64]
    fingertips_m: NDArray[np.float32]
    expert: Expert | None


def load_demonstrations(folder: Path, split: str, experts_only: bool = False) -> tuple[Demonstration, ...]:
    """Read the clips of a split, sorted by number; no song is in both splits.

    Args:
        folder: The archive.
        split: "train" or "val".
        experts_only: Leave out clips without expert.

    Raises:
        UserError: Unknown split; the archive is missing or damaged, has other hands, or divides a song.
    """
    if split not in SPLITS:
        raise unknown_value("split", split, SPLITS)
    archive = _Archive(folder)
    clips = [clip for clip in archive.split(split) if not experts_only or archive.index[clip]["expert_f1"]]
    return tuple(archive.load(clip) for clip in clips)


def load_demonstration(folder: Path, clip: int) -> Demonstration:
    """Read one clip of any split.

    Raises:
        UserError: There is no such clip, or as `load_demonstrations`.
    """
    archive = _Archive(folder)
    if clip not in archive.index:
        raise unknown_value("clip", clip, sorted(archive.index))
    return archive.load(clip)


def expert_clips(folder: Path) -> list[int]:
    """Numbers of all clips with an expert, sorted.

    Raises:
        UserError: The archive is missing.
    """
    return sorted(clip for clip, row in _Archive(folder).index.items() if row["expert_f1"])


@cache
def target_range() -> NDArray[np.float64]:
    """(46, 2) lowest and highest target of each actuator of `target_names()` [rad, m]."""
    found = {}
    for side in SIDES:
        model = build_hand(side, "pianomime").compile()
        found.update({model.actuator(a).name: model.actuator_ctrlrange[a] for a in range(model.nu)})
    return np.array([found[name] for name in target_names()])


class _Archive:
    def __init__(self, folder: Path) -> None:
        self._folder = folder
        try:
            with (folder / "index.csv").open() as file:
                self.index = {int(row["clip"]): row for row in csv.DictReader(file)}
            self._meta: dict[str, Any] = json.loads((folder / "meta.json").read_text())
        except (OSError, ValueError, KeyError) as error:
            raise UserError(
                f"no demonstrations at {str(folder)!r}: want a folder with index.csv, splits.json, meta.json, clips "
                f"and states ({error})"
            ) from error

    def split(self, name: str) -> list[int]:
        path = self._folder / "splits.json"
        try:
            splits = json.loads(path.read_text())
            groups = [{self.index[clip]["group"] for clip in splits[split]} for split in SPLITS]
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise UserError(f"{str(path)!r} is not a list of clips for each of {', '.join(SPLITS)}: {error}") from error
        if shared := groups[0] & groups[1]:
            raise UserError(
                f"{str(path)!r} divides songs between the splits: groups {', '.join(sorted(shared))} are in both"
            )
        return sorted(splits[name])

    def load(self, clip: int) -> Demonstration:
        file, meta = self._arrays("clips", clip, ("notes", "fingering", "fingertips_q", "action")), self._meta
        steps = len(file["fingering"])
        goal = np.zeros((steps, NUM_KEYS), dtype=bool)
        for onset, end, key in file["notes"]:
            goal[onset:end, key] = True
        return Demonstration(
            clip=clip,
            song=int(self.index[clip]["song"]),
            goal=goal,
            fingering=file["fingering"][:, self._finger_order].astype(np.int64),
            fingertips_m=(file["fingertips_q"] * np.float32(meta["fingertip_scale"]))[:, self._tip_order],
            expert=self._expert(clip, file["action"]) if self.index[clip]["expert_f1"] else None,
        )

    def _expert(self, clip: int, action: NDArray[np.int16]) -> Expert:
        states, meta = self._arrays("states", clip, ("qpos", "qvel", "keys")), self._meta
        joints = self._order("joint", joint_names(), "qpos_names")
        targets = (action * np.array(meta["action_scale"]))[:, self._order("target", target_names(), "action_names")]
        return Expert(
            joint_positions=(states["qpos"] * np.array(meta["qpos_scale"])).astype(np.float32)[:, joints],
            joint_velocities=states["qvel"].astype(np.float32)[:, joints],
            keys=states["keys"] * np.float32(meta["keys_scale"]),
            targets=np.clip(targets, *target_range().T).astype(np.float32),
            f1=float(self.index[clip]["expert_f1"]),
        )

    @cached_property
    def _tip_order(self) -> list[int]:
        return self._order("fingertip", FINGERTIP_NAMES, "fingertip_names")

    @cached_property
    def _finger_order(self) -> list[int]:
        # The columns of the fingering are the fingertips without the wrists.
        columns = [FINGERTIP_NAMES[i] for i in np.argsort(self._tip_order) if not FINGERTIP_NAMES[i].endswith("wrist")]
        return [columns.index(name) for name in FINGER_NAMES]

    def _order(self, what: str, names: tuple[str, ...], key: str) -> list[int]:
        return name_order(names, tuple(self._meta.get(key, ())), what, f"robot and {key} in meta.json")

    def _arrays(self, folder: str, clip: int, names: tuple[str, ...]) -> dict[str, NDArray[Any]]:
        path = self._folder / folder / f"{clip:03d}.npz"
        try:
            return read_npz(path, "demonstration", names)
        except UserError as error:
            raise UserError(f"{str(path)!r} is missing or damaged: {error}") from error
