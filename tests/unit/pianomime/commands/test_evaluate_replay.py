"""evaluate gives the same numbers however it is run, and replay finds them again in the files it wrote."""

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from command_examples import Command, write_midi

from pianomime.commands.cli import main
from pianomime_core.midi_score import save_midi
from pianomime_core.notes import Note, Score
from pianomime_core.rollout import Rollout

SCORES = {
    *("precision", "recall", "f1", "onset_f1", "do_nothing_f1"),
    *("micro_precision", "micro_recall", "micro_f1", "active_f1"),
}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two songs, evaluated with one job and with two: one.json, two.json, one/, two/."""
    folder = tmp_path_factory.mktemp("evaluated")
    (folder / "songs" / "b").mkdir(parents=True)
    write_midi(folder / "songs" / "up.mid", (0.0, 0.4, 60), (0.4, 0.8, 64), (0.8, 1.2, 67))
    write_midi(folder / "songs" / "b" / "down.mid", (0.0, 0.5, 72), (0.0, 1.0, 48), (0.5, 1.0, 67))
    for name, jobs in (("one", "1"), ("two", "2")):
        arguments = ["evaluate", folder / "songs", "--controller", "streaming", "--jobs", jobs]
        files = ["--rollouts", folder / name, "--json", folder / f"{name}.json"]
        assert main([str(argument) for argument in (*arguments, *files)]) == 0
    return folder


@pytest.mark.slow
def test_the_number_of_jobs_changes_nothing(folder: Path) -> None:
    assert (folder / "one.json").read_bytes() == (folder / "two.json").read_bytes()
    for song in ("up", "b/down"):
        one, two = (Rollout.load(folder / name / f"{song}.npz") for name in ("one", "two"))
        np.testing.assert_array_equal(one.targets, two.targets)
        np.testing.assert_array_equal(one.pressed, two.pressed)
        assert one.metadata == two.metadata


def test_json_holds_scores_settings_and_versions(folder: Path) -> None:
    report = json.loads((folder / "one.json").read_text())
    assert set(report) == {"versions", "settings", "songs", "mean"}
    assert report["versions"]["mujoco"] == "3.17.0"
    settings = {"controller": "streaming", "variant": "pianomime", "hand_collisions": False, "control_timestep_s": 0.05}
    assert settings.items() <= report["settings"].items()
    assert [song["song"] for song in report["songs"]] == ["b/down", "up"]
    assert [song["frames"] for song in report["songs"]] == [21, 25]
    assert all(set(song) >= SCORES for song in report["songs"])
    assert set(report["mean"]) >= SCORES
    for field in SCORES:
        assert report["mean"][field] == pytest.approx(np.mean([song[field] for song in report["songs"]]))


def test_the_table_has_a_row_for_each_song_and_the_mean(folder: Path, pianomime: Command) -> None:
    result = pianomime("evaluate", folder / "songs", "--controller", "idle", "--jobs", 1)
    assert result.code == 0
    for word in ("up", "b/down", "mean of 2", "P", "R", "F1", "onset", "micro", "active", "do-nothing"):
        assert word in result.out
    # Idle hands press nothing, in the silence of the last row they are right: 1 row of 21 and 1 of 25.
    row = next(line for line in result.out.splitlines() if "mean of 2" in line)
    assert f"{(1 / 21 + 1 / 25) / 2:.4f}" in row


def test_the_table_fits_80_columns(folder: Path, pianomime: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    result = pianomime("evaluate", folder / "songs", "--controller", "idle", "--jobs", 1)
    assert max(len(line) for line in result.out.splitlines()) <= 80
    assert "b/down" in result.out
    assert "do-nothing" in result.out


def test_the_pedal_has_a_column_where_a_song_asks_for_it(pianomime: Command, tmp_path: Path) -> None:
    for name, sustain in (("dry", ()), ("wet", ((0.0, True), (0.5, False)))):
        save_midi(Score((Note(60, 0.0, 1.0),), sustain), tmp_path / f"{name}.mid")
    table = {}
    for controller in ("idle", "streaming"):
        arguments = ("evaluate", tmp_path, "--controller", controller, "--jobs", 1)
        table[controller] = pianomime(*arguments, "--json", tmp_path / "x.json").out
        report = json.loads((tmp_path / "x.json").read_text())
        dry, wet = report["songs"]
        assert "pedal_f1" not in dry
        assert wet["pedal_f1"] == report["mean"]["pedal_f1"] == (controller == "streaming")
        assert "pedal" in table[controller]
    assert "pedal" not in pianomime("evaluate", tmp_path / "dry.mid", "--controller", "idle", "--jobs", 1).out


def test_hand_collisions_reach_the_scene(folder: Path, pianomime: Command, tmp_path: Path) -> None:
    arguments = ("evaluate", folder / "songs" / "up.mid", "--controller", "idle", "--hand-collisions")
    assert pianomime(*arguments, "--rollouts", tmp_path, "--jobs", 1).code == 0
    assert Rollout.load(tmp_path / "up.npz").metadata["hand_collisions"] is True


@pytest.mark.parametrize("song", ["up", "b/down"])
def test_a_replay_presses_the_same_keys(folder: Path, song: str, pianomime: Command) -> None:
    result = pianomime("replay", folder / "two" / f"{song}.npz")
    assert result.code == 0, result
    assert "the same keys go down" in result.out
    assert Rollout.load(folder / "two" / f"{song}.npz").pressed.any()


def test_json_of_a_replay_says_that_nothing_differs(folder: Path, pianomime: Command, tmp_path: Path) -> None:
    file, rollout = tmp_path / "replay.json", folder / "one" / "up.npz"
    assert pianomime("replay", rollout, "--json", file).code == 0
    found = json.loads(file.read_text())
    assert found["recorded"] == found["replayed"]
    assert found["differing"] == 0
    assert found["recorded"]["f1"] == Rollout.load(rollout).metadata["scores"]["f1"]


def test_a_result_on_stdout_is_the_one_in_the_file(folder: Path, pianomime: Command) -> None:
    songs = folder / "songs"
    result = pianomime("evaluate", songs, "--controller", "idle", "--json", "-")
    file = folder / "again.json"
    again = pianomime("evaluate", songs, "--controller", "idle", "--json", file)
    assert result.out == file.read_text()
    assert result.err == again.out


def test_joints_and_targets_of_a_rollout_may_come_in_any_order(
    folder: Path, pianomime: Command, tmp_path: Path
) -> None:
    rollout = Rollout.load(folder / "one" / "up.npz")
    turned = replace(
        rollout,
        targets=rollout.targets[:, ::-1],
        target_names=rollout.target_names[::-1],
        joint_names=rollout.joint_names[::-1],
        initial_joint_positions=rollout.initial_joint_positions[::-1],
    )
    turned.save(tmp_path / "turned.npz")
    assert pianomime("replay", tmp_path / "turned.npz").code == 0


def test_other_keys_are_counted(folder: Path, pianomime: Command, tmp_path: Path) -> None:
    rollout = Rollout.load(folder / "one" / "up.npz")
    pressed = rollout.pressed.copy()
    pressed[3:6, 0] ^= True
    replace(rollout, pressed=pressed).save(tmp_path / "x.npz")
    result = pianomime("replay", tmp_path / "x.npz")
    assert result.code == 1
    assert f"3 of {pressed.size} note-frames differ" in result.out


def test_a_rollout_with_unknown_joints_is_refused(folder: Path, pianomime: Command, tmp_path: Path) -> None:
    with np.load(folder / "one" / "up.npz") as file:
        arrays = dict(file)
    arrays["joint_names"] = np.array(["rh_TOE1", *arrays["joint_names"][1:]])
    np.savez(tmp_path / "x.npz", **arrays)
    pianomime("replay", tmp_path / "x.npz").refuses("rh_TOE1", "rh_forearm_tx")


def test_a_rollout_that_names_no_robot_is_refused(folder: Path, pianomime: Command, tmp_path: Path) -> None:
    rollout = Rollout.load(folder / "one" / "up.npz")
    replace(rollout, metadata={}).save(tmp_path / "x.npz")
    pianomime("replay", tmp_path / "x.npz").refuses("x.npz", "variant")


def test_what_is_no_rollout_is_refused(pianomime: Command, tmp_path: Path) -> None:
    (tmp_path / "x.npz").write_text("la la la")
    pianomime("replay", tmp_path / "x.npz").refuses("x.npz")


def test_what_is_heard_stands_beside_the_frames(pianomime: Command, tune: Path, tmp_path: Path) -> None:
    """Idle hands strike nothing: no note is heard, and none is wrong."""
    result = pianomime("evaluate", tune, "--controller", "idle", "--json", tmp_path / "x.json")
    assert "heard" in result.out
    [song] = json.loads((tmp_path / "x.json").read_text())["songs"]
    assert (song["note_recall"], song["note_precision"], song["strikes"]) == (0.0, 1.0, 0)
    assert song["notes"] > 0
    assert "velocity_correlation" not in song, "nobody was heard: there is no number"
    assert song["stray_strikes"] == []
    assert "no stray strikes" in result.out
    assert "expressive" not in result.out


def test_stray_strikes_have_a_place(pianomime: Command, tmp_path: Path) -> None:
    """Fourteen keys at once are too many, and some beside them go down, or not in time."""
    song = write_midi(tmp_path / "cluster.mid", *((0.0, 0.5, pitch) for pitch in range(60, 74)))
    result = pianomime("evaluate", song, "--controller", "streaming", "--json", tmp_path / "x.json")
    report = json.loads((tmp_path / "x.json").read_text())
    [found] = report["songs"]
    assert len(found["stray_strikes"]) == sum(found[f"stray_{cause}"] for cause in ("neighbour", "again", "other"))
    assert len(found["stray_strikes"]) == found["strikes"] - round(found["note_recall"] * 14)
    for stray in found["stray_strikes"][:5]:
        assert f"{stray['time_s']:.2f} s  {stray['key']}  {stray['cause']}" in result.out
    assert "stray_strikes" not in report["mean"]


def test_expressive_scores_are_asked_for(pianomime: Command, tmp_path: Path) -> None:
    notes = [(onset_s, onset_s + length_s) for onset_s, length_s in ((0.0, 0.5), (0.6, 0.2), (1.0, 0.4), (1.8, 0.4))]
    song = write_midi(tmp_path / "x.mid", *((*both, 72) for both in notes), (2.5, 2.8, 74))
    arguments = ("evaluate", song, "--controller", "streaming", "--json", "-")
    [found] = json.loads(pianomime(*arguments, "--expressive").out)["songs"]
    assert found["upper_interval_correlation"] > 0.9
    assert "lower_interval_correlation" not in found, "there is no chord"
    [plain] = json.loads(pianomime(*arguments).out)["songs"]
    assert found.items() > plain.items()
