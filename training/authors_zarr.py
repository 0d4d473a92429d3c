"""Converts the demonstrations published by PianoMime's authors to an archive that `training.demonstrations` reads:
`python -m training.authors_zarr dataset_hl.zarr dataset_ll.zarr --out FOLDER`.

dataset_hl.zarr has a row for each step of each clip: the human's fingertips in the next four steps, and their keys.
dataset_ll.zarr has the clips that an expert learned: its state, and its actuator targets. The columns used here were
identified by measurement:

* hl action (184): four blocks of 46, of which the first is the step itself: 36 fingertip coordinates (12 points of
  FINGERTIP_NAMES), then ten times (key + 1) / 89, 0 for none. The set of these keys is the goal. Their columns do
  not match the fingers of the right hand: the finger that holds a key is the one at height 0 on its centre line.
* ll state (404): four blocks of 16 goal latents (which depend on the rows that were encoded with them, so they are
  left out) and the same 36 coordinates; 54 joint positions and 54 velocities, both divided by pi, slides too;
  depression of the 88 keys, 0 to 1. ll action (46): actuator targets, also outside the actuators' ranges.
* episode_ends: the last row of each episode, not the one after it.
"""

import sys
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Annotated

import numpy as np
import tyro
import zarr
from numpy.typing import NDArray
from rich.console import Console
from rich.progress import track

from pianomime.files.outputs import make_folder
from pianomime_core.errors import UserError
from pianomime_core.hands import joint_names, name_order, target_names
from pianomime_core.keyboard import KEYBOARD, NUM_KEYS
from pianomime_core.metrics import score
from training.demonstration_archive import song_splits, write_archive
from training.demonstrations import FINGER_NAMES, FINGERTIP_NAMES, PRESSING_Z_M, Demonstration, Expert, target_range

TARGET_NAMES = target_names()
JOINT_NAMES = tuple(
    name
    for side in ("lh", "rh")
    for slides in (False, True)
    for name in joint_names()
    if name.startswith(side) and ("forearm" in name) == slides
)
"""Order of the joints in the files: left hand first, slides last."""
_TIPS = 3 * len(FINGERTIP_NAMES)
_LATENTS = 16
_HIGH_BLOCK = _TIPS + len(FINGER_NAMES)
_JOINTS_START = 4 * (_LATENTS + _TIPS)
_ON_KEY_M = 0.001
"""A finger that holds a key is within this distance of its centre line."""


@dataclass(frozen=True)
class ImportOptions:
    """Write the authors' files as an archive of demonstrations.

    Attributes:
        high: dataset_hl.zarr.
        low: dataset_ll.zarr.
        out: Folder of the archive.
        songs: CSV file with the columns clip, song and group (similar music), since the files have no song names; whole
            groups are drawn for validation.
        splits: Alternatively, JSON file with the clip numbers of train and val. Clips are numbered in file order.
        seed: Seed of the draw.
    """

    high: Annotated[Path, tyro.conf.Positional]
    low: Annotated[Path, tyro.conf.Positional]
    out: Path
    songs: Path | None = None
    splits: Path | None = None
    seed: int = 0


def main(options: ImportOptions) -> int:
    """Write the archive and print a summary."""
    groups, splits = song_splits(options.songs, options.splits, options.seed)
    make_folder(options.out, "--out")
    demonstrations = read_authors(options.high, options.low)
    write_archive(options.out, track(demonstrations, "writing", console=Console(stderr=True)), groups, splits)
    experts = [d.expert.f1 for d in demonstrations if d.expert]
    print(f"{len(demonstrations)} clips, {len(experts)} with an expert, of mean F1 {np.mean(experts):.3f}")
    return 0


def read_authors(high: Path, low: Path) -> list[Demonstration]:
    """Read both files; the clips are numbered in file order, and each is a song of its own.

    Raises:
        UserError: A file is missing or has other arrays, or a low-level clip matches no high-level clip.
    """
    _, actions, spans = _open(high, 212, 184)
    clips = [_clip(number, actions[span]) for number, span in enumerate(spans)]
    found = {clip.fingertips_m.tobytes(): clip.clip for clip in clips}
    states, actions, spans = _open(low, 404, 46)
    for episode, span in enumerate(spans):
        tips = states[span, _LATENTS : _LATENTS + _TIPS].reshape(-1, len(FINGERTIP_NAMES), 3)
        if tips.tobytes() not in found:
            raise UserError(f"episode {episode} of {str(low)!r} moves its fingertips as no clip of {str(high)!r} does")
        number = found[tips.tobytes()]
        clips[number] = replace(clips[number], expert=_expert(clips[number].goal, states[span], actions[span]))
    return clips


def _open(
    path: Path, state_size: int, action_size: int
) -> tuple[NDArray[np.float32], NDArray[np.float32], list[slice]]:
    try:
        file = zarr.open_group(str(path), mode="r")
        states, actions, last = (np.asarray(file[name]) for name in ("data/state", "data/action", "meta/episode_ends"))
    except (OSError, KeyError, ValueError) as error:
        raise UserError(
            f"{str(path)!r} is not a zarr folder with data/state, data/action, meta/episode_ends"
        ) from error
    rows = int(last[-1]) + 1
    if states.shape != (rows, state_size) or actions.shape != (rows, action_size):
        raise UserError(
            f"{str(path)!r} has states {states.shape} and actions {actions.shape}, its episodes {rows} rows: want "
            f"({rows}, {state_size}) and ({rows}, {action_size})"
        )
    ends = last.astype(np.int64) + 1
    return states, actions, [slice(first, end) for first, end in zip([0, *ends[:-1]], ends, strict=True)]


def _clip(number: int, actions: NDArray[np.float32]) -> Demonstration:
    tips = actions[:, :_TIPS].reshape(-1, len(FINGERTIP_NAMES), 3).copy()
    keys = np.rint(actions[:, _TIPS:_HIGH_BLOCK] * (NUM_KEYS + 1)).astype(np.int64) - 1
    goal = np.zeros((len(tips), NUM_KEYS), dtype=bool)
    step, column = np.nonzero(keys >= 0)
    goal[step, keys[step, column]] = True

    fingers = tips[:, [FINGERTIP_NAMES.index(name) for name in FINGER_NAMES]]
    fingering = np.full((len(tips), len(FINGER_NAMES)), -1)
    step, key = np.nonzero(goal)
    aside_m = np.abs(fingers[step, :, 1] - KEYBOARD.center_y_m[key, None])
    which, finger = np.nonzero((aside_m < _ON_KEY_M) & (fingers[step, :, 2] == PRESSING_Z_M))
    fingering[step[which], finger] = key[which]
    return Demonstration(number, number, goal, fingering, tips, None)


def _expert(goal: NDArray[np.bool_], states: NDArray[np.float32], actions: NDArray[np.float32]) -> Expert:
    joints = name_order(joint_names(), JOINT_NAMES, "joint", "robot and the authors' files")
    positions, velocities, keys = np.split(states[:, _JOINTS_START:], [len(JOINT_NAMES), 2 * len(JOINT_NAMES)], axis=1)
    # The file does not contain the keys after the last step.
    pressed = KEYBOARD.pressed(keys[1:] * KEYBOARD.travel_rad)
    return Expert(
        joint_positions=(positions * np.float32(np.pi))[:, joints],
        joint_velocities=(velocities * np.float32(np.pi))[:, joints],
        keys=keys,
        targets=np.clip(actions, *target_range().T).astype(np.float32),
        f1=score(goal[:-1], pressed).f1,
    )


if __name__ == "__main__":
    try:
        sys.exit(main(tyro.cli(ImportOptions)))
    except UserError as error:
        print(error, file=sys.stderr)
        sys.exit(2)
