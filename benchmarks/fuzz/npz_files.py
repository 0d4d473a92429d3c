"""Rollouts, demonstrations and packed clips with damaged bytes, arrays of another type, and foreign metadata."""

import io
import json
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from training.packed_clip import PackedClip, quantise

from benchmarks.fuzz.attempts import Report, report
from benchmarks.fuzz.damaged_files import FileKind, attempts
from benchmarks.fuzz.mutation import mutated
from pianomime.episodes.replay import recorded_scene, replayed_keys
from pianomime_core.demonstration import Demonstration
from pianomime_core.metrics import score
from pianomime_core.piano_roll import piano_roll
from pianomime_core.rollout import Rollout
from pianomime_physics.simulator import Simulator

VALUES: tuple[Any, ...] = (
    *(None, True, -1, 3, 2**70, 10**400, 0.5, float("nan"), "", "planner", "$\\frac{$", "x" * 100_000, "\x1b[2J\x07"),
    *("\ud800", [], ["a"], {}, {"f1": None}, {"f1": "1", "onset_f1": 1}),
)
"""Plain values where others are expected."""
_NUMBERS = (0, -1, 1, 127, 1e6, 1e15, 1e300, -1e300, float("nan"), float("inf"))


def run(count: int, seed: int) -> Report:
    """Try `count` files; each is written, read and used."""
    with tempfile.TemporaryDirectory(prefix="pianomime-fuzz-") as folder:
        return report(attempts(_kinds(Path(folder)), count, seed, Path(folder)), count, "npz")


def _kinds(folder: Path) -> tuple[FileKind, ...]:
    simulator, path = Simulator(), folder / "good.npz"
    steps, random = 5, np.random.default_rng(0)
    goal = random.random((steps, 88)) < 0.05
    lowest, highest = simulator.target_range.T
    targets = random.uniform(lowest, highest, (steps, len(lowest))).astype(np.float32)
    names, scores = (simulator.target_names, simulator.joint_names), score(goal, goal).as_dict()
    metadata = {"controller": "planner", "variant": "pianomime", "scores": scores}
    start = np.zeros(len(simulator.joint_names))

    def written(save: Callable[[Path], None]) -> bytes:
        save(path)
        return path.read_bytes()

    def replay(path: Path) -> None:
        rollout = Rollout.load(path)
        recorded_scene(path, rollout)
        replayed_keys(rollout, simulator, path)

    def read_music(path: Path) -> None:
        piano_roll(Demonstration.load(path).score())

    return (
        FileKind("rollout", written(Rollout(goal, goal, targets, *names, start, 0.05, metadata).save), damaged, replay),
        FileKind("demonstration", written(_demonstration().save), damaged, read_music),
        FileKind(
            "packed clip",
            written(PackedClip(quantise(targets, simulator.target_range), start.astype(np.float32), metadata).save),
            damaged,
            PackedClip.load,
        ),
    )


def _demonstration() -> Demonstration:
    rows = 5
    return Demonstration(
        time_s=np.linspace(0, 0.2, rows),
        points_m=np.zeros((rows, 2, 6, 3), np.float32),
        valid=np.ones((rows, 2), bool),
        confidence=np.ones((rows, 2), np.float32),
        onset_s=np.array([0.0, 0.1]),
        offset_s=np.array([0.2, 0.23]),
        pitch=np.array([60, 64]),
        velocity=np.array([64, 100]),
        finger=np.array([0, -1]),
        pedal_s=np.array([0.1]),
        pedal_down=np.array([True]),
        video_offset_s=1.25,
        assignment_distance_m=0.004,
        keyboard={"homography": np.eye(3)},
        metadata={"title": "two notes"},
    )


def damaged(good: bytes, random: np.random.Generator) -> tuple[str, bytes]:
    """Return a file with damaged bytes, another array, or other metadata if it has any, and which of them."""
    if random.random() < 0.3:
        return "bytes", mutated(good, random)
    with np.load(io.BytesIO(good)) as archive:
        arrays = dict(archive)
    name = str(random.choice(list(arrays)))
    if "metadata" in arrays and (name == "metadata" or random.random() < 0.3):
        name, arrays["metadata"] = "metadata", np.array(_metadata(str(arrays["metadata"]), random))
    else:
        arrays[name] = _another(arrays[name], random)
    file = io.BytesIO()
    np.savez_compressed(file, **arrays)
    return name, file.getvalue()


def _metadata(text: str, random: np.random.Generator) -> str:
    if random.random() < 0.2:
        return "[" * 100_000 if random.random() < 0.2 else mutated(text.encode(), random).decode(errors="replace")
    metadata = json.loads(text)
    names = ("controller", "variant", "title", "scores", "hand_collisions", "resting_keys_sleep", "decided_steps")
    metadata[str(random.choice(names))] = VALUES[random.integers(len(VALUES))]
    return json.dumps(metadata)


def _another(array: NDArray[Any], random: np.random.Generator) -> NDArray[Any]:
    match random.integers(5):
        case 0:
            return array[..., :0] if array.ndim else array.reshape(1)
        case 1:
            return np.concatenate([array, array]) if array.ndim else np.array(str(array))
        case 2:
            return (
                array.astype(random.choice(["U8", "c16", "u1", "i8", "f2", "M8[s]"]))
                if array.dtype.kind != "U"
                else array
            )
        case 3 if array.dtype.kind == "U":
            return np.array(["\x1b[31mred\x07", *array.ravel()[1:]])
        case _:
            changed = array.copy()
            if array.dtype.kind in "fi" and array.size:
                with np.errstate(all="ignore"):
                    changed.flat[random.integers(array.size)] = np.array(random.choice(_NUMBERS)).astype(array.dtype)
            return changed
