"""diagnose counts the errors of what evaluate plays, and of rollouts whose errors are known."""

import json
from pathlib import Path

import numpy as np
import pytest
from command_examples import Command, Result, write_midi

from pianomime.commands.cli import main
from pianomime_core.hands import joint_names, target_names
from pianomime_core.rollout import Rollout

NEEDS_FINGERS = ("no finger", "thumb, of its notes", "little, of its notes")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two songs, evaluated with one job (rollouts/, evaluated.json) and diagnosed with two (diagnosed.json)."""
    folder = tmp_path_factory.mktemp("diagnosed")
    (folder / "songs" / "b").mkdir(parents=True)
    write_midi(folder / "songs" / "up.mid", (0.0, 0.4, 60), (0.4, 0.8, 64), (0.8, 1.2, 67))
    # Fourteen keys at once: ten fingers cannot play them.
    write_midi(folder / "songs" / "b" / "cluster.mid", *((0.0, 0.5, pitch) for pitch in range(60, 74)))
    played = (folder / "songs", "--controller", "streaming", "--jobs")
    for arguments in (
        ("evaluate", *played, 1, "--rollouts", folder / "rollouts", "--json", folder / "evaluated.json"),
        ("diagnose", *played, 2, "--json", folder / "diagnosed.json"),
    ):
        assert main([str(argument) for argument in arguments]) == 0
    return folder


def write_rollout(path: Path, wanted: dict[int, str], pressed: dict[int, str]) -> Path:
    """A rollout whose keys were drawn by hand: one line a key, # is down."""
    goal, keys = np.zeros((2, 10, 88), bool)
    for rows, lines in ((goal, wanted), (keys, pressed)):
        for key, line in lines.items():
            rows[:, key] = [letter == "#" for letter in line]
    Rollout(
        goal=goal,
        pressed=keys,
        targets=np.zeros((10, 46), np.float32),
        target_names=target_names(),
        joint_names=joint_names(),
        initial_joint_positions=np.zeros(54),
        dt=0.05,
        metadata={},
    ).save(path)
    return path


def row(result: Result, label: str) -> list[str]:
    """The cells of the only row of this label, after it."""
    [line] = [line.strip() for line in result.out.splitlines() if line.strip().startswith(f"{label}  ")]
    return line[len(label) :].replace(" %", "%").split()


@pytest.mark.slow
def test_scores_and_settings_are_those_of_evaluate(folder: Path) -> None:
    diagnosed, evaluated = (json.loads((folder / f"{name}.json").read_text()) for name in ("diagnosed", "evaluated"))
    assert diagnosed["versions"] == evaluated["versions"]
    assert diagnosed["settings"].items() <= evaluated["settings"].items()
    for name in ("song", "f1", "onset_f1"):
        assert [song[name] for song in diagnosed["songs"]] == [song[name] for song in evaluated["songs"]]


@pytest.mark.slow
def test_what_is_heard_is_that_of_evaluate(folder: Path) -> None:
    diagnosed, evaluated = (json.loads((folder / f"{name}.json").read_text()) for name in ("diagnosed", "evaluated"))
    for theirs, ours in zip(evaluated["songs"], diagnosed["songs"], strict=True):
        assert ours["heard"].items() <= theirs.items()
        assert {"note_f1", "stray_strikes"} <= ours["heard"].keys()


def test_more_notes_than_fingers_leave_notes_without(folder: Path) -> None:
    songs = {song["song"]: song for song in json.loads((folder / "diagnosed.json").read_text())["songs"]}
    assert songs["b/cluster"]["wanted"] == {"key_frames": 14 * 10, "notes": 14}
    assert sum(finger["notes"] for finger in songs["b/cluster"]["wanted_by"].values()) <= 10
    assert songs["b/cluster"]["missed"]["no_finger"]["notes"] > 0
    assert songs["up"]["missed"]["no_finger"] == {"key_frames": 0, "notes": 0}
    assert sum(finger["notes"] for finger in songs["up"]["wanted_by"].values()) == 3


def test_rollouts_have_the_errors_of_the_playing_but_for_the_fingers(
    folder: Path, pianomime: Command, tmp_path: Path
) -> None:
    result = pianomime("diagnose", folder / "rollouts", "--json", tmp_path / "x.json")
    assert result.code == 0, result
    assert "Fingers unknown" in result.out
    assert "Heard: not measured" in result.out
    assert not any(word in result.out for word in NEEDS_FINGERS)
    recorded, played = (json.loads(path.read_text()) for path in (tmp_path / "x.json", folder / "diagnosed.json"))
    assert set(recorded) == {"total", "songs"}
    assert [song["song"] for song in recorded["songs"]] == ["b/cluster", "up"]
    for name in ("wanted", "pressed", "wrong", "wanted_onsets", "pressed_onsets"):
        assert recorded["total"][name] == played["total"][name]
    missed = [
        sum(cause["key_frames"] for cause in found["total"]["missed"].values() if "key_frames" in cause)
        for found in (recorded, played)
    ]
    assert missed[0] == missed[1] > 0


def test_the_tables_of_a_known_performance(pianomime: Command, tmp_path: Path) -> None:
    write_rollout(tmp_path / "good.npz", {40: ".####....."}, {40: ".####....."})
    write_rollout(
        tmp_path / "poor.npz",
        {40: "####......", 50: ".#####....", 60: "..##......"},
        {40: "..####....", 50: ".#.##.....", 61: "..##......"},
    )
    result = pianomime("diagnose", tmp_path)
    assert result.code == 0, result
    assert "songs: 2" in result.out
    assert "15 note-frames in 4 notes wanted, 13 in 5 pressed" in " ".join(result.out.split())
    assert row(result, "missed: wanted, not pressed") == ["6", "60.0%"]
    assert row(result, "never pressed") == ["2", "20.0%", "1", "25.0%"]
    assert row(result, "late onset") == ["2", "20.0%", "1", "25.0%"]
    assert row(result, "by 2 frames") == ["1", "25.0%"]
    assert row(result, "released early") == ["1", "10.0%", "1", "25.0%"]
    assert row(result, "gap in the middle") == ["1", "10.0%", "1", "25.0%"]
    assert row(result, "wrong: pressed, not wanted") == ["4", "40.0%"]
    assert row(result, "late release") == ["2", "20.0%", "1", "20.0%"]
    assert row(result, "pressed later") == ["1", "25.0%"]
    assert row(result, "note never pressed") == ["1", "25.0%"]
    assert row(result, "late for its note") == ["1", "20.0%"]
    assert row(result, "pressed again: flicker") == ["1", "20.0%"]
    assert row(result, "good") == ["1.0000", "1.0000", "4", "0", "0"]
    assert row(result, "poor")[2:] == ["11", "6", "4"]
    assert row(result, "mean, sum of 2")[2:] == ["15", "6", "4"]
    assert result.out.index("poor") < result.out.index("good"), "the worst first"


def test_a_controller_without_fingers_is_diagnosed(pianomime: Command, tune: Path) -> None:
    result = pianomime("diagnose", tune, "--controller", "idle")
    assert result.code == 0, result
    assert "idle, hand collisions off" in result.out
    assert "Fingers unknown" in result.out
    assert row(result, "never pressed") == ["24", "100.0%", "3", "100.0%"]
    assert "heard: strikes" in result.out
    assert "no stray strikes" in result.out


def test_hand_collisions_reach_the_scene(pianomime: Command, tune: Path, tmp_path: Path) -> None:
    result = pianomime("diagnose", tune, "--controller", "idle", "--hand-collisions", "--json", tmp_path / "x.json")
    assert "hand collisions on" in result.out
    assert json.loads((tmp_path / "x.json").read_text())["settings"]["hand_collisions"] is True


@pytest.mark.slow
def test_the_tables_fit_80_columns(folder: Path, pianomime: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    result = pianomime("diagnose", folder / "songs" / "up.mid")
    assert max(len(line) for line in result.out.splitlines()) <= 80
    assert all(word in result.out for word in NEEDS_FINGERS)
    assert "…" not in result.out


@pytest.mark.slow
def test_in_the_musical_setting_it_plays_what_evaluate_plays(pianomime: Command, tune: Path, tmp_path: Path) -> None:
    chosen = (tune, "--controller", "streaming", "--setting", "musical", "--json")
    for command in ("evaluate", "diagnose"):
        assert pianomime(command, *chosen, tmp_path / f"{command}.json").code == 0
    evaluated, diagnosed = (json.loads((tmp_path / f"{name}.json").read_text()) for name in ("evaluate", "diagnose"))
    assert diagnosed["settings"]["setting"] == "musical"
    assert diagnosed["settings"].items() <= evaluated["settings"].items()
    assert diagnosed["songs"][0]["f1"] == evaluated["songs"][0]["f1"]
    assert diagnosed["songs"][0]["heard"].items() <= evaluated["songs"][0].items()
    assert diagnosed["total"]["wanted"]["notes"] == sum(f["notes"] for f in diagnosed["total"]["wanted_by"].values())


def test_settings_that_do_not_exist_or_come_too_late_are_refused(folder: Path, pianomime: Command, tune: Path) -> None:
    pianomime("diagnose", tune, "--setting", "loud").refuses("unknown setting 'loud'", "benchmark, musical")
    pianomime("diagnose", tune, "--controller", "demo", "--setting", "musical").refuses("'demo'", "'musical'")
    pianomime("diagnose", folder / "rollouts", "--setting", "musical").refuses("--setting musical", "MIDI files")


def test_midi_and_rollouts_together_are_refused(folder: Path, pianomime: Command) -> None:
    pianomime("diagnose", folder / "songs", folder / "rollouts").refuses("MIDI", ".npz", "together")


def test_what_is_neither_is_refused(pianomime: Command, tmp_path: Path) -> None:
    pianomime("diagnose", tmp_path).refuses("MIDI file or rollout", ".mid", ".npz")
    (tmp_path / "x.npz").write_text("la la la")
    pianomime("diagnose", tmp_path).refuses("x.npz")
