"""Rollouts survive their file; files that are not rollouts are refused in one line."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from pianomime_core.errors import UserError
from pianomime_core.hands import forearm_dofs, joint_names, target_names
from pianomime_core.rollout import Rollout


def rollout(variant: str = "pianomime", steps: int = 3) -> Rollout:
    rng = np.random.default_rng(0)
    forearm = forearm_dofs(variant)
    targets, joints = target_names(forearm), joint_names(forearm)
    return Rollout(
        goal=rng.random((steps, 88)) < 0.1,
        pressed=rng.random((steps, 88)) < 0.1,
        targets=rng.random((steps, len(targets))).astype(np.float32),
        target_names=targets,
        joint_names=joints,
        initial_joint_positions=rng.random(len(joints)),
        dt=0.05,
        metadata={"controller": "idle", "scores": {"f1": 0.5}},
    )


def arrays_of(path: Path) -> dict[str, Any]:
    with np.load(path, allow_pickle=False) as archive:
        return dict(archive)


@pytest.mark.parametrize("variant", ["pianomime", "robopianist"])
def test_reads_back_what_was_written(variant: str, tmp_path: Path) -> None:
    written = rollout(variant)
    path = tmp_path / "without suffix"
    written.save(path)
    read = Rollout.load(path)
    for name in ("goal", "pressed", "targets", "initial_joint_positions"):
        np.testing.assert_array_equal(getattr(read, name), getattr(written, name))
        assert getattr(read, name).dtype == getattr(written, name).dtype
    assert (read.target_names, read.joint_names) == (written.target_names, written.joint_names)
    assert (read.dt, read.metadata) == (0.05, written.metadata)


def test_the_file_is_plain_arrays(tmp_path: Path) -> None:
    rollout().save(tmp_path / "rollout.npz")
    arrays = arrays_of(tmp_path / "rollout.npz")
    assert {name: (array.shape, array.dtype.kind) for name, array in arrays.items()} == {
        "goal": ((3, 88), "b"),
        "pressed": ((3, 88), "b"),
        "targets": ((3, 46), "f"),
        "target_names": ((46,), "U"),
        "joint_names": ((54,), "U"),
        "initial_joint_positions": ((54,), "f"),
        "dt": ((), "f"),
        "metadata": ((), "U"),
        "goal_pedal": ((3,), "b"),
        "pedal": ((3,), "b"),
    }
    assert arrays["targets"].dtype == np.float32
    assert arrays["target_names"][0] == "rh_WRJ2"
    assert json.loads(str(arrays["metadata"]))["controller"] == "idle"


def test_the_pedal_is_kept_and_a_file_without_it_had_it_up(tmp_path: Path) -> None:
    path = tmp_path / "rollout.npz"
    pressed, wanted = np.array([False, True, True]), np.array([True, True, False])
    replace(rollout(), pedal=pressed, goal_pedal=wanted).save(path)
    read = Rollout.load(path)
    assert (read.pedal.tolist(), read.goal_pedal.tolist()) == (pressed.tolist(), wanted.tolist())
    arrays = arrays_of(path)
    np.savez_compressed(path, **{name: array for name, array in arrays.items() if "pedal" not in name})
    old = Rollout.load(path)
    assert old.pedal.tolist() == old.goal_pedal.tolist() == [False] * 3
    np.savez_compressed(path, **arrays | {"pedal": np.zeros(2, dtype=bool)})
    with pytest.raises(UserError, match=r"pedal of shape \(2,\) and type bool: must be \(3,\)"):
        Rollout.load(path)


def test_names_may_stand_in_any_order() -> None:
    original = rollout()
    assert replace(original, joint_names=original.joint_names[::-1]).joint_names[0] == "lh_THJ1"


def renamed(names: np.ndarray) -> np.ndarray:
    return np.array(["rh_elbow", *names[1:]])


BAD_ARRAYS: dict[str, tuple[dict[str, Any], str]] = {
    "unknown target": ({"target_names": renamed}, "wrong target names: unknown rh_elbow; missing rh_WRJ2"),
    "unknown joint": ({"joint_names": renamed}, "wrong joint names: unknown rh_elbow; missing rh_forearm_tx"),
    "doubled joint": ({"joint_names": lambda names: [*names, names[0]]}, "joint twice: rh_forearm_tx"),
    "missing array": ({"pressed": None, "dt": None}, "lacks pressed, dt: it needs goal, pressed"),
    "pressed shape": ({"pressed": lambda a: a[1:]}, r"pressed of shape \(2, 88\) and type bool: must be \(3, 88\)"),
    "goal type": ({"goal": lambda a: a.astype(np.uint8)}, "goal of shape .* type uint8: must be .* bool"),
    "goal scalar": ({"goal": lambda a: np.bool_(True)}, "goal without rows"),
    "targets type": ({"targets": lambda a: a.astype(np.float64)}, "must be .* float32"),
    "targets infinite": ({"targets": lambda a: a * np.float32(np.nan)}, "targets that are not finite"),
    "positions shape": ({"initial_joint_positions": lambda a: a[:-1]}, r"must be \(54,\)"),
    "far out": ({"initial_joint_positions": lambda a: a * 0 - 1e6}, "begins with rh_forearm_tx at -1e\\+06: no joint"),
    "no steps": ({"goal": lambda a: a[:0], "pressed": lambda a: a[:0]}, "goal without rows: it needs one step"),
    "dt": ({"dt": lambda a: 0.02}, "dt 0.02 s: must be 0.05, 0.025, 0.01, 0.005 s"),
    "dt text": ({"dt": lambda a: "fast"}, "dt of shape .* must be one float"),
    "metadata": ({"metadata": lambda a: "{"}, "metadata: must be one string that holds a JSON object"),
    "metadata deep": ({"metadata": lambda a: "[" * 100_000}, "JSON object"),
    "metadata type": ({"metadata": lambda a: '{"variant": ["a"]}'}, "metadata: variant is a list, must be a name"),
    "long names": (
        {"target_names": lambda a: np.array(["a" * 10_000])},
        r"unknown a{40}\.\.\.; missing .* and 36 more",
    ),
    "escapes": ({"joint_names": lambda a: np.array(["\x1b[2J", *a[1:]])}, r"unknown \\x1b\[2J; missing"),
    "metadata list": ({"metadata": lambda a: "[]"}, "JSON object"),
    "names as numbers": ({"target_names": lambda a: np.zeros(46)}, "target_names .* must be a list of strings"),
    "pickle": ({"metadata": lambda a: np.array({"a": 1}, dtype=object)}, "is not a rollout"),
}


@pytest.mark.parametrize("name", BAD_ARRAYS)
def test_bad_arrays_are_refused_in_one_line(name: str, tmp_path: Path) -> None:
    changes, message = BAD_ARRAYS[name]
    path = tmp_path / "rollout.npz"
    rollout().save(path)
    arrays = arrays_of(path)
    for key, change in changes.items():
        if change is None:
            del arrays[key]
        else:
            arrays[key] = change(arrays[key])
    np.savez(path, **arrays)
    with pytest.raises(UserError, match=message) as error:
        Rollout.load(path)
    assert str(path) in str(error.value)
    assert "\n" not in str(error.value)


@pytest.mark.parametrize("rows_per_step", [1, 2, 5, 10])
def test_the_frames_are_the_rows_at_the_ends_of_the_steps(rows_per_step: int, tmp_path: Path) -> None:
    written = replace(rollout(steps=3 * rows_per_step), dt=0.05 / rows_per_step)
    written.save(tmp_path / "rollout.npz")
    read = Rollout.load(tmp_path / "rollout.npz")
    assert read.rows_per_step == rows_per_step
    assert read.duration_s == pytest.approx(0.15)
    for name, rows in read.frames()._asdict().items():
        ends = [getattr(written, name)[rows_per_step * step + rows_per_step - 1] for step in range(3)]
        np.testing.assert_array_equal(rows, ends)


def test_a_rollout_has_whole_steps() -> None:
    with pytest.raises(UserError, match=r"rollout has 7 rows of 0\.01 s: must be whole steps of 0\.05 s"):
        replace(rollout(steps=7), dt=0.01)
