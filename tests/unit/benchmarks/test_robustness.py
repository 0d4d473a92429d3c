"""The robustness table: losses under each disturbance, relative to the undisturbed robot of the same run."""

import json
from pathlib import Path

import pytest
from benchmarks.robustness import DISTURBANCES, RobustnessOptions, losses, main, spread
from command_examples import write_midi
from rich.console import Console

from pianomime.reports.evaluation import EvaluateOptions, report
from pianomime_core.errors import UserError
from pianomime_physics.disturbance import Disturbance


@pytest.fixture
def songs(tmp_path: Path) -> Path:
    for name in ("folk/a", "folk/b", "folk/c", "classical/d"):
        path = tmp_path / f"{name}.mid"
        path.parent.mkdir(exist_ok=True)
        write_midi(path, (0.0, 0.4, 60), (0.4, 0.8, 64))
    return tmp_path


@pytest.mark.slow
def test_each_disturbance_has_its_row_in_each_set(songs: Path, capfd: pytest.CaptureFixture[str]) -> None:
    file = songs / "robustness.json"
    assert main(RobustnessOptions(songs=songs, controller="idle", limit=2, jobs=1, json=file)) == 0
    lines = [line for line in capfd.readouterr().out.splitlines() if line.startswith(("| folk", "| classical"))]
    cells = [[cell.strip() for cell in line.strip("| ").split("|")] for line in lines]
    assert [row[:2] for row in cells] == [
        [songs, name] for songs in ("folk (2)", "classical (1)") for name in DISTURBANCES
    ]
    # Who does nothing loses nothing, whatever the robot is like.
    assert {lost for row in cells for lost in row[4:]} == {"+0.000"}
    rows = json.loads(file.read_text())
    assert [song["song"] for song in rows[0]["songs"]] == ["a", "c"]
    sizes = [row["settings"]["disturbance"] for row in rows if row["disturbance"] == "all, stiff keys"]
    assert sizes[0] == {
        "target_noise_rad": 0.01,
        "target_noise_m": 0.001,
        "actuator_gain_scale": 0.95,
        "key_stiffness_scale": 1.2,
        "command_delay_s": 0.005,
        "seed": 0,
    }


def test_a_disturbance_reaches_the_robot_that_is_played(
    songs: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    # Half a radian of noise is no piano playing.
    palsy = {"none": Disturbance(), "palsy": Disturbance(target_noise_rad=0.5)}
    monkeypatch.setattr("benchmarks.robustness.DISTURBANCES", palsy)
    file = songs / "robustness.json"
    assert main(RobustnessOptions(songs=songs, limit=1, jobs=1, json=file)) == 1
    rows = json.loads(file.read_text())
    assert losses(rows[1], rows)["F1"] > 0.1
    assert losses(rows[0], rows)["F1"] == 0
    assert "tolerated: <= 0.020" in capfd.readouterr().out


@pytest.mark.slow
def test_rollouts_are_played_again_with_and_without_feedback(
    songs: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    palsy = {"none": Disturbance(), "palsy": Disturbance(target_noise_rad=0.5)}
    monkeypatch.setattr("benchmarks.robustness.DISTURBANCES", palsy)
    rollouts, file = songs / "rollouts", songs / "robustness.json"
    played = report(EvaluateOptions((songs / "folk",), "streaming", rollouts=rollouts), Console(quiet=True))
    players = {}
    for open_loop in (False, True):
        assert main(RobustnessOptions(rollouts=rollouts, open_loop=open_loop, limit=2, jobs=1, json=file)) == 1
        assert "tolerated: <= 0.030" in capfd.readouterr().out
        rows = json.loads(file.read_text())
        # Undisturbed it is what was recorded.
        recorded = {song["song"]: song["f1"] for song in played["songs"]}
        assert {song["song"]: song["f1"] for song in rows[0]["songs"]} == {"a": recorded["a"], "c": recorded["c"]}
        assert losses(rows[1], rows)["F1"] > 0.1
        assert rows[1]["settings"]["disturbance"]["target_noise_rad"] == 0.5
        players[open_loop] = rows[1]["settings"]["controller"]
    assert players == {False: "feedback replay", True: "open-loop replay"}


def test_open_loop_without_rollouts_is_refused(songs: Path) -> None:
    with pytest.raises(UserError, match="--rollouts"):
        main(RobustnessOptions(songs=songs, open_loop=True))


def test_songs_are_spread_from_the_first_to_the_last() -> None:
    files = tuple(Path(str(number)) for number in range(10))
    assert spread(files, None) == files
    assert spread(files, 4) == tuple(files[index] for index in (0, 3, 6, 9))
    assert spread(files, 50) == files
    assert spread(files, 1) == files[:1]


def test_losses_are_those_against_the_same_set() -> None:
    def row(songs: str, disturbance: str, f1: float) -> dict:
        return {"set": songs, "disturbance": disturbance, "mean": {"f1": f1, "onset_f1": f1 / 2}}

    rows = [row("x", "none", 0.9), row("x", "late", 0.8), row("y", "none", 0.7), row("y", "late", 0.72)]
    assert losses(rows[1], rows) == pytest.approx({"F1": 0.1, "onset F1": 0.05})
    assert losses(rows[3], rows) == pytest.approx({"F1": -0.02, "onset F1": -0.01})


def test_a_limit_below_one_is_refused_before_anything_is_played(songs: Path) -> None:
    with pytest.raises(UserError, match="--limit is 0: want 1 or more"):
        main(RobustnessOptions(songs=songs, controller="nobody", limit=0))
    with pytest.raises(UserError, match="--demos"):
        main(RobustnessOptions())
