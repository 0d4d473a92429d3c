"""Writes an archive of demonstrations for `training.demonstrations` and splits it by songs."""

import csv
import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import mido
import numpy as np
from numpy.typing import NDArray

from pianomime.files.outputs import write_json
from pianomime_core.errors import UserError
from pianomime_core.hands import SIDES, joint_names, target_names
from pianomime_core.keyboard import LOWEST_PITCH
from pianomime_core.timing import CONTROL_TIMESTEP_S
from training.demonstrations import FINGERTIP_NAMES, SPLITS, Demonstration
from training.music import notes_of

ANGLE_SCALE_RAD = 1e-4
SLIDE_SCALE_M = 2.5e-5
"""Metres per int16 unit: covers 0.82 m, further than a hand moves sideways."""
_COLUMNS = ("clip", "steps", "seconds", "notes", "song", "group", "split", "expert_f1")
_VAL_SHARE = 0.1
_TICKS_PER_BEAT, _VELOCITY = 480, 80
_TICKS_PER_STEP = round(2 * _TICKS_PER_BEAT * CONTROL_TIMESTEP_S)
"""At 120 beats per minute, the default of a MIDI file."""

Groups = dict[int, tuple[int, int]]
"""Song and group of each clip."""


def song_splits(songs: Path | None, splits: Path | None, seed: int) -> tuple[Groups, dict[str, list[int]]]:
    """Read the songs of the clips, the splits, or both; without splits, draw groups, one clip in ten for val.

    Returns:
        Song and group of each clip, empty if unknown; clip numbers of each of SPLITS.

    Raises:
        UserError: Neither file is given, or one is bad.
    """
    if songs is None and splits is None:
        raise UserError(
            "the files do not say which clips are of one song: give --songs CSV (clip, song, group) or --splits JSON "
            "(train, val), so that no song is trained on and tested on"
        )
    groups: Groups = {}
    if songs is not None:
        try:
            with songs.open() as file:
                groups = {int(r["clip"]): (int(r["song"]), int(r["group"])) for r in csv.DictReader(file)}
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise UserError(
                f"--songs {str(songs)!r} is not a CSV file with numbers clip, song, group: {error}"
            ) from error
    if splits is None:
        return groups, _draw(groups, seed)
    try:
        found = json.loads(splits.read_text())
        return groups, {split: [int(clip) for clip in found[split]] for split in SPLITS}
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise UserError(f"--splits {str(splits)!r} is not a JSON object with the lists {', '.join(SPLITS)}") from error


def _draw(groups: Groups, seed: int) -> dict[str, list[int]]:
    order = np.random.default_rng(seed).permutation(sorted({group for _, group in groups.values()}))
    val: list[int] = []
    for group in order:
        if len(val) < _VAL_SHARE * len(groups):
            val += [clip for clip, (_, g) in groups.items() if g == group]
    return {"train": sorted(set(groups) - set(val)), "val": sorted(val)}


def write_archive(
    folder: Path, demonstrations: Iterable[Demonstration], groups: Groups, splits: dict[str, list[int]]
) -> None:
    """Write index.csv, splits.json, meta.json, clips, states and midi into a folder that exists.

    Args:
        groups: Song and group of each clip; for missing clips, their own song is both.
        splits: Clip numbers of each of SPLITS; clips in neither are written, too.

    Raises:
        UserError: A number does not fit into the files, or a clip of a split is missing in the demonstrations.
    """
    meta = {
        "control_timestep": CONTROL_TIMESTEP_S,
        "action_scale": _scales(target_names()),
        "qpos_scale": _scales(joint_names()),
        "fingertip_scale": SLIDE_SCALE_M,
        "keys_scale": 1 / 255,
        "action_names": target_names(),
        "qpos_names": joint_names(),
        "fingertip_names": FINGERTIP_NAMES,
    }
    for name in ("clips", "states", "midi"):
        (folder / name).mkdir(exist_ok=True)
    split_of = {clip: split for split in SPLITS for clip in splits[split]}
    rows = []
    for d in demonstrations:
        _write_clip(folder, d)
        song, group = groups.get(d.clip, (d.song, d.song))
        steps, notes = len(d.goal), len(notes_of(d.goal))
        f1 = f"{d.expert.f1:.4f}" if d.expert else ""
        rows.append(
            (d.clip, steps, round(steps * CONTROL_TIMESTEP_S, 2), notes, song, group, split_of.pop(d.clip, ""), f1)
        )
    if split_of:
        raise UserError(f"clips of the splits are missing: {', '.join(map(str, sorted(split_of)))}")
    with (folder / "index.csv").open("w", newline="") as file:
        csv.writer(file).writerows([_COLUMNS, *rows])
    write_json(folder / "splits.json", splits)
    write_json(folder / "meta.json", meta)


def _write_clip(folder: Path, d: Demonstration) -> None:
    # In an archive, fingering has the order of the fingertips without the wrists: left hand first.
    left_first = np.roll(d.fingering, d.fingering.shape[1] // len(SIDES), axis=1)
    arrays: dict[str, Any] = {
        "notes": notes_of(d.goal).astype(np.int16),
        "fingering": left_first.astype(np.int8),
        "fingertips_q": _quantised(d.clip, d.fingertips_m, SLIDE_SCALE_M),
    }
    name = f"{d.clip:03d}"
    if d.expert:
        arrays["action"] = _quantised(d.clip, d.expert.targets, _scales(target_names()))
        np.savez_compressed(
            folder / "states" / f"{name}.npz",
            qpos=_quantised(d.clip, d.expert.joint_positions, _scales(joint_names())),
            qvel=d.expert.joint_velocities.astype(np.float16),
            keys=np.rint(np.clip(d.expert.keys, 0, 1) * 255).astype(np.uint8),
        )
    np.savez_compressed(folder / "clips" / f"{name}.npz", **arrays)
    _midi(d.goal).save(folder / "midi" / f"{name}.mid")


def _midi(goal: NDArray[np.bool_]) -> mido.MidiFile:
    notes = notes_of(goal)
    # Without silence before the first note, as in a roll, so that times stay on the borders of its frames.
    notes[:, :2] -= notes[:, 0].min(initial=len(goal))
    # Ends first, so that a repeated key comes up before it is struck again.
    events = [(end, "note_off", key) for _, end, key in notes] + [(onset, "note_on", key) for onset, _, key in notes]
    track, now = mido.MidiTrack(), 0
    for step, kind, key in sorted(events):
        ticks = int(step - now) * _TICKS_PER_STEP
        track.append(mido.Message(kind, note=LOWEST_PITCH + int(key), velocity=_VELOCITY, time=ticks))
        now = step
    return mido.MidiFile(ticks_per_beat=_TICKS_PER_BEAT, tracks=[track])


def _scales(names: tuple[str, ...]) -> list[float]:
    return [SLIDE_SCALE_M if "forearm" in name else ANGLE_SCALE_RAD for name in names]


def _quantised(clip: int, values: NDArray[np.float32], scale: float | list[float]) -> NDArray[np.int16]:
    units = np.rint(values / np.array(scale))
    if not np.all(np.abs(units) < 2**15):
        raise UserError(
            f"clip {clip} has a position of {values.flat[np.abs(units).argmax()]:.3g}: further than any key"
        )
    return units.astype(np.int16)
