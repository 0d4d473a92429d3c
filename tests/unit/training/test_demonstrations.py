"""A hand-written archive of three clips with names in different orders, and PianoMime's own."""

import csv
import json
import shutil
from pathlib import Path

import numpy as np
import pytest
from training.demonstrations import (
    FINGER_NAMES,
    FINGERTIP_NAMES,
    PRESSING_Z_M,
    expert_clips,
    load_demonstration,
    load_demonstrations,
)

from pianomime_core.errors import UserError
from pianomime_core.hands import joint_names, target_names
from pianomime_core.keyboard import KEYBOARD
from pianomime_core.metrics import score
from pianomime_physics.simulator import Simulator

DEMOS = Path(__file__).resolve().parents[3].parent / "shared" / "demos"
needs_demos = pytest.mark.skipif(not DEMOS.is_dir(), reason="needs ../shared/demos")

STEPS = 4


@pytest.fixture
def archive(tmp_path: Path) -> Path:
    """Clips 3 (train, expert), 5 (train) and 8 (val); joints and targets backwards, right hand's fingertips first."""
    folder = tmp_path / "archive"
    for name in ("clips", "states"):
        (folder / name).mkdir(parents=True)
    tips = [
        f"{side}_{point}" for side in ("rh", "lh") for point in ("little", "ring", "middle", "index", "thumb", "wrist")
    ]
    meta = {
        "action_names": target_names()[::-1],
        "qpos_names": joint_names()[::-1],
        "fingertip_names": tips,
        "action_scale": [0.001] * 46,
        "qpos_scale": [0.01] * 54,
        "fingertip_scale": 0.5,
        "keys_scale": 0.1,
    }
    (folder / "meta.json").write_text(json.dumps(meta))
    (folder / "splits.json").write_text('{"train": [5, 3], "val": [8]}')
    with (folder / "index.csv").open("w") as file:
        rows = csv.writer(file)
        rows.writerow(["clip", "song", "group", "expert_f1"])
        rows.writerows([[3, 7, 1, "0.5"], [5, 7, 1, ""], [8, 9, 2, ""]])
    for clip in (3, 5, 8):
        arrays = {
            "notes": np.array([[1, 3, 60]], np.int16),
            # The right little finger, the first column without the wrists, holds key 60.
            "fingering": np.array([[-1] * 10, [60] + [-1] * 9, [60] + [-1] * 9, [-1] * 10], np.int8),
            "fingertips_q": np.tile(np.arange(12, dtype=np.int16)[:, None], (STEPS, 1, 3)),
        }
        if clip == 3:
            arrays["action"] = np.tile(np.arange(46, dtype=np.int16), (STEPS, 1))
        np.savez(folder / "clips" / f"{clip:03d}.npz", **arrays)
    np.savez(
        folder / "states" / "003.npz",
        qpos=np.tile(np.arange(54, dtype=np.int16), (STEPS, 1)),
        qvel=np.tile(np.arange(54, dtype=np.float16), (STEPS, 1)),
        keys=np.full((STEPS, 88), 5, np.uint8),
    )
    return folder


def test_arrays_have_the_orders_of_the_code_whatever_those_of_the_archive(archive: Path) -> None:
    demonstration = load_demonstration(archive, 3)
    assert (demonstration.clip, demonstration.song) == (3, 7)
    np.testing.assert_array_equal(np.argwhere(demonstration.goal), [[1, 60], [2, 60]])
    held = np.argwhere(demonstration.fingering == 60).tolist()
    assert [(step, FINGER_NAMES[finger]) for step, finger in held] == [(1, "rh_little"), (2, "rh_little")]
    assert np.sum(demonstration.fingering >= 0) == 2
    heights = dict(zip(FINGERTIP_NAMES, demonstration.fingertips_m[0, :, 2], strict=True))
    assert heights["rh_little"] == 0.0
    assert heights["rh_wrist"] == 2.5
    assert heights["lh_thumb"] == 5.0
    expert = demonstration.expert
    assert expert is not None
    assert expert.f1 == 0.5
    first, last = joint_names()[0], joint_names()[-1]
    assert expert.joint_positions[0, joint_names().index(last)] == 0.0
    assert expert.joint_positions[0, joint_names().index(first)] == pytest.approx(0.53)
    assert expert.joint_velocities[0, joint_names().index(first)] == 53
    np.testing.assert_allclose(expert.keys, 0.5)


def test_targets_are_clamped_to_the_simulators_range(archive: Path) -> None:
    expert = load_demonstration(archive, 3).expert
    assert expert is not None
    commanded = 0.001 * np.arange(46)[::-1]
    lowest, highest = Simulator().target_range.T
    assert np.any(commanded > highest)
    np.testing.assert_allclose(expert.targets[0], np.clip(commanded, lowest, highest), rtol=1e-6)


def test_splits_and_experts(archive: Path) -> None:
    assert [d.clip for d in load_demonstrations(archive, "train")] == [3, 5]
    assert [d.clip for d in load_demonstrations(archive, "train", experts_only=True)] == [3]
    assert [d.clip for d in load_demonstrations(archive, "val")] == [8]
    assert load_demonstrations(archive, "val", experts_only=True) == ()
    assert expert_clips(archive) == [3]


def test_errors_are_reported(archive: Path) -> None:
    with pytest.raises(UserError, match=r"unknown split 'test': choose one of train, val"):
        load_demonstrations(archive, "test")
    with pytest.raises(UserError, match=r"unknown clip '4': choose one of 3, 5, 8"):
        load_demonstration(archive, 4)
    with pytest.raises(UserError, match=r"no demonstrations at .*nowhere"):
        load_demonstrations(archive / "nowhere", "train")
    (archive / "splits.json").write_text('{"train": [5, 8], "val": [3]}')
    with pytest.raises(UserError, match=r"divides songs between the splits: groups 1 "):
        load_demonstrations(archive, "train")
    (archive / "splits.json").write_text('{"train": [5]}')
    with pytest.raises(UserError, match=r"splits.json.* train, val"):
        load_demonstrations(archive, "train")


def test_another_hand_and_a_damaged_file_are_refused(archive: Path) -> None:
    meta = json.loads((archive / "meta.json").read_text())
    meta["qpos_names"][0] = "lh_XXJ1"
    (archive / "meta.json").write_text(json.dumps(meta))
    with pytest.raises(UserError, match=r"joint names without partner: lh_THJ1, lh_XXJ1"):
        load_demonstrations(archive, "train")
    shutil.copy(archive / "meta.json", archive / "clips" / "008.npz")
    with pytest.raises(UserError, match=r"008.npz' is missing or damaged"):
        load_demonstrations(archive, "val")


@needs_demos
def test_pianomimes_clips() -> None:
    train, val = load_demonstrations(DEMOS, "train"), load_demonstrations(DEMOS, "val")
    assert (len(train), len(val)) == (330, 46)
    assert sum(d.expert is not None for d in train) == 195
    assert not {d.song for d in train} & {d.song for d in val}


@needs_demos
def test_pressing_fingertips_are_on_the_keys_that_they_hold_and_that_are_due() -> None:
    rows = [FINGERTIP_NAMES.index(name) for name in FINGER_NAMES]
    for demonstration in load_demonstrations(DEMOS, "val"):
        step, finger = np.nonzero(demonstration.fingering >= 0)
        key = demonstration.fingering[step, finger]
        tips = demonstration.fingertips_m[:, rows][step, finger]
        np.testing.assert_allclose(tips[:, 1], KEYBOARD.center_y_m[key], atol=1e-4)
        assert np.all(tips[:, 2] == PRESSING_Z_M)
        assert np.all(demonstration.goal[step, key])


@needs_demos
def test_keys_of_the_experts_score_what_is_recorded() -> None:
    for clip in expert_clips(DEMOS)[::20]:
        demonstration = load_demonstration(DEMOS, clip)
        assert demonstration.expert is not None
        # The last step's keys are not recorded.
        pressed = KEYBOARD.pressed(demonstration.expert.keys[1:] * KEYBOARD.travel_rad)
        assert score(demonstration.goal[:-1], pressed).f1 == pytest.approx(demonstration.expert.f1, abs=0.01)


@needs_demos
def test_the_simulators_joints_follow_the_experts_targets() -> None:
    demonstration = load_demonstration(DEMOS, 86)
    expert = demonstration.expert
    assert expert is not None
    simulator = Simulator()
    state = simulator.reset(expert.joint_positions[0])
    # No further: contacts of fingers with keys let small differences grow.
    for step in range(8):
        np.testing.assert_allclose(state.joint_positions, expert.joint_positions[step], atol=0.02)
        state = simulator.step(expert.targets[step])
