"""The results table: its rows are those of `pianomime evaluate`."""

import json
from pathlib import Path

import pytest
from benchmarks.results import ResultsOptions, main
from benchmarks.song_sets import VALIDATION_CLIPS, song_sets
from command_examples import write_midi

from pianomime.commands import cli
from pianomime_core.errors import UserError


@pytest.fixture
def songs(tmp_path: Path) -> Path:
    for name in ("folk/a", "folk/b", "classical/c"):
        path = tmp_path / f"{name}.mid"
        path.parent.mkdir(exist_ok=True)
        write_midi(path, (0.0, 0.4, 60), (0.4, 0.8, 64))
    return tmp_path


def test_every_set_with_and_without_collisions(songs: Path, capfd: pytest.CaptureFixture[str]) -> None:
    file = songs / "results.json"
    assert main(ResultsOptions(songs=songs, controllers=("idle",), jobs=1, json=file)) == 0
    table = [line for line in capfd.readouterr().out.splitlines() if "idle" in line]
    cells = [[cell.strip() for cell in line.strip("| ").split("|")] for line in table]
    assert [row[:3] for row in cells] == [
        ["folk (2)", "idle", "off"],
        ["folk (2)", "idle", "on"],
        ["classical (1)", "idle", "off"],
        ["classical (1)", "idle", "on"],
    ]
    evaluate = ["evaluate", str(songs / "folk"), "--controller", "idle", "--jobs", "1"]
    assert cli.main([*evaluate, "--json", str(songs / "evaluated.json")]) == 0
    evaluated = json.loads((songs / "evaluated.json").read_text())
    assert json.loads(file.read_text())[0] == {"set": "folk", **evaluated}
    assert float(cells[0][5]) == pytest.approx(evaluated["mean"]["f1"], abs=5e-4)


def test_the_validation_clips_are_46_of_the_demonstrations(tmp_path: Path) -> None:
    for clip in range(419):
        (tmp_path / f"{clip:03d}.mid").touch()
    [(name, files)] = song_sets(tmp_path, None).items()
    assert name == "validation"
    assert len(set(files)) == 46
    assert all(file.parent == tmp_path for file in files)


def test_they_are_those_of_the_archive() -> None:
    splits = Path(__file__).resolve().parents[4] / "shared" / "demos" / "splits.json"
    if not splits.is_file():
        pytest.skip(f"no demonstrations at {splits.parent}")
    clips = [int(clip) for clip in VALIDATION_CLIPS.read_text().split()]
    assert clips == json.loads(splits.read_text())["val"]


def test_a_missing_set_is_refused_before_anything_is_played(songs: Path) -> None:
    (songs / "classical" / "c.mid").unlink()
    with pytest.raises(UserError, match="classical"):
        main(ResultsOptions(songs=songs, controllers=("nobody",)))
    with pytest.raises(UserError, match="--demos"):
        main(ResultsOptions())
