"""pack, unpack and verify on two clips of three notes, played by the planner instead of the search."""

from dataclasses import replace
from pathlib import Path

import mido
import numpy as np
import pytest
from training.packed_clip import PackedClip
from training.refined_rollouts import main

from pianomime.episodes.episode import play_episode
from pianomime.files.songs import read_song
from pianomime_core.metrics import score
from pianomime_core.rollout import Rollout
from pianomime_physics.simulator import Simulator
from pianomime_policy.controllers.registry import make_controller

CLIPS = {"001": 60, "007": 72}


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """demos/ with the clips 1, 2 and 7, of which 2 is not for training, and rollouts/ of 1 and 7."""
    folder = tmp_path_factory.mktemp("made")
    (folder / "demos" / "midi").mkdir(parents=True)
    (folder / "rollouts").mkdir()
    (folder / "demos" / "splits.json").write_text('{"train": [7, 1], "val": [2]}')
    for clip, pitch in {**CLIPS, "002": 48}.items():
        write_triad(folder / "demos" / "midi" / f"{clip}.mid", pitch)
    for clip in CLIPS:
        roll = read_song(folder / "demos" / "midi" / f"{clip}.mid")
        rollout = play_episode(Simulator(), make_controller("planner", Simulator().config), roll)
        told = {
            **rollout.metadata,
            "controller": "refine",
            "effort": 40,
            "seed": 0,
            "decided_steps": 25,
            "simulated_steps": 1000,
            "planner_scores": rollout.metadata["scores"],
        }
        replace(rollout, metadata=told).save(folder / "rollouts" / f"{clip}.npz")
    return folder


def write_triad(path: Path, lowest: int) -> None:
    """Three notes of 0.4 s one after the other."""
    track = mido.MidiTrack()
    for pitch in (lowest, lowest + 4, lowest + 7):
        track.append(mido.Message("note_on", note=pitch, velocity=64))
        track.append(mido.Message("note_off", note=pitch, time=384))  # 960 ticks a second
    mido.MidiFile(ticks_per_beat=480, tracks=[track]).save(path)


def run(command: str, made: Path, *arguments: object) -> int:
    return main([command, *(str(argument) for argument in arguments), "--demos", str(made / "demos")])


@pytest.fixture
def packed(made: Path, tmp_path: Path) -> Path:
    assert run("pack", made, made / "rollouts", "--out", tmp_path / "packed") == 0
    return tmp_path / "packed"


def test_the_clips_to_refine_are_those_for_training(made: Path, capfd: pytest.CaptureFixture[str]) -> None:
    assert run("clips", made) == 0
    assert capfd.readouterr().out.split() == [str(made / "demos" / "midi" / f"{clip}.mid") for clip in CLIPS]


def test_packed_clips_hold_no_notes(packed: Path) -> None:
    assert sorted(path.name for path in packed.iterdir()) == ["001.npz", "007.npz", "format.json"]
    with np.load(packed / "001.npz") as file:
        assert set(file.files) == {"codes", "initial_joint_positions", "metadata"}


def test_unpacked_rollouts_are_those_packed_but_for_rounding(made: Path, packed: Path, tmp_path: Path) -> None:
    assert run("unpack", made, tmp_path / "again", "--data", packed) == 0
    ranges = Simulator().target_range
    for clip in CLIPS:
        before, after = (Rollout.load(folder / f"{clip}.npz") for folder in (made / "rollouts", tmp_path / "again"))
        within = np.clip(before.targets, *ranges.T.astype(np.float32))
        assert np.all(np.abs(after.targets - within) <= np.ptp(ranges, axis=1) / 65535)
        np.testing.assert_array_equal(after.goal, before.goal)
        np.testing.assert_array_equal(
            after.initial_joint_positions, before.initial_joint_positions.astype(np.float32).astype(np.float64)
        )
        assert after.metadata["refined_scores"] == before.metadata["scores"]
        assert after.metadata["packed_scores"] == after.metadata["scores"]
        assert after.metadata["scores"] == score(after.goal, after.pressed).as_dict()
        assert after.metadata["decided_steps"] == 25


def test_verify_finds_the_stored_scores_again(made: Path, packed: Path, capfd: pytest.CaptureFixture[str]) -> None:
    assert run("verify", made, "--data", packed) == 0
    assert "0 of 2 clips score differently" in capfd.readouterr().out
    path = packed / "007.npz"
    clip = PackedClip.load(path)
    scores = {**clip.metadata["packed_scores"], "f1": 0.5}
    replace(clip, metadata={**clip.metadata, "packed_scores": scores}).save(path)
    assert run("verify", made, "--data", packed) == 1
    assert "1 of 2 clips score differently" in capfd.readouterr().out
    assert run("verify", made, "--data", packed, "--clips", 1) == 0


def test_the_better_of_two_stays(made: Path, packed: Path, tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    before = (packed / "001.npz").read_bytes()
    (tmp_path / "worse").mkdir()
    rollout = Rollout.load(made / "rollouts" / "001.npz")
    replace(rollout, targets=np.zeros_like(rollout.targets)).save(tmp_path / "worse" / "001.npz")
    assert run("pack", made, tmp_path / "worse", "--out", packed) == 0
    assert "1 were already there" in capfd.readouterr().out
    assert (packed / "001.npz").read_bytes() == before
    assert run("pack", made, tmp_path / "worse", "--out", tmp_path / "other") == 0
    assert run("pack", made, made / "rollouts", "--out", tmp_path / "other") == 0
    assert (tmp_path / "other" / "001.npz").read_bytes() == before


def test_unfinished_rollouts_wait(made: Path, tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "some").mkdir()
    for clip, decided in (("001", 25), ("007", 20)):
        rollout = Rollout.load(made / "rollouts" / f"{clip}.npz")
        told = {**rollout.metadata, "decided_steps": decided}
        replace(rollout, metadata=told).save(tmp_path / "some" / f"{clip}.npz")
    assert run("pack", made, tmp_path / "some", "--out", tmp_path / "packed") == 0
    assert "1 rollouts are not finished" in capfd.readouterr().out
    assert not (tmp_path / "packed" / "007.npz").exists()


@pytest.mark.parametrize(
    ("name", "changes", "words"),
    [
        ("002", {}, ("002.npz", "not a training clip")),
        ("song", {}, ("song.npz", "not a training clip")),
        ("007", {}, ("007.npz", "music of clip 007")),
        ("001", {"controller": "planner"}, ("001.npz", "'planner'")),
        ("001", {"decided_steps": 3}, ("no finished rollout",)),
    ],
)
def test_what_is_not_to_be_packed_is_refused(
    name: str,
    changes: dict[str, object],
    words: tuple[str, ...],
    made: Path,
    tmp_path: Path,
    capfd: pytest.CaptureFixture[str],
) -> None:
    rollout = Rollout.load(made / "rollouts" / "001.npz")
    (tmp_path / "bad").mkdir()
    replace(rollout, metadata={**rollout.metadata, **changes}).save(tmp_path / "bad" / f"{name}.npz")
    assert run("pack", made, tmp_path / "bad", "--out", tmp_path / "packed") == 2
    error = capfd.readouterr().err
    assert error.count("\n") == 1
    assert all(word in error for word in words), error
    assert not (tmp_path / "packed").exists()


def test_rollouts_of_the_musical_setting_are_refused(
    made: Path, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "fine").mkdir()
    replace(Rollout.load(made / "rollouts" / "001.npz"), dt=0.01).save(tmp_path / "fine" / "001.npz")
    assert run("pack", made, tmp_path / "fine", "--out", tmp_path / "packed") == 2
    assert "001.npz' has rows of 0.01 s" in capfd.readouterr().err
    assert not (tmp_path / "packed").exists()


def test_clips_of_another_scene_are_refused(
    made: Path, packed: Path, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "other").mkdir()
    rollout = Rollout.load(made / "rollouts" / "001.npz")
    told = {**rollout.metadata, "hand_collisions": True}
    replace(rollout, metadata=told).save(tmp_path / "other" / "001.npz")
    assert run("pack", made, tmp_path / "other", "--out", packed) == 2
    assert "another --out" in capfd.readouterr().err


def test_a_folder_without_clips_is_refused(made: Path, tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    assert run("verify", made, "--data", tmp_path) == 2
    assert "no packed clips" in capfd.readouterr().err
    (tmp_path / "demos").mkdir()
    assert main(["clips", "--demos", str(tmp_path / "demos")]) == 2
    assert "splits.json" in capfd.readouterr().err
