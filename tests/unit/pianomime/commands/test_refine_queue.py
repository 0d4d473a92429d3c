"""The queue refines every song it can, skips finished ones, and reports the result of each."""

import itertools
import json
from pathlib import Path

import numpy as np
import pytest
from command_examples import Command, write_midi
from fake_search import FakeMusicalSearch, FakeSearch, FakeSpoiler

from pianomime.commands import refine_song
from pianomime_core.rollout import Rollout


@pytest.fixture
def search(monkeypatch: pytest.MonkeyPatch) -> type[FakeSearch]:
    monkeypatch.setattr(refine_song, "Refinement", FakeSearch)
    FakeSearch.advanced.clear()
    return FakeSearch


@pytest.fixture
def songs(tmp_path: Path) -> Path:
    """Two songs of 20 and 25 steps."""
    folder = tmp_path / "songs"
    (folder / "b").mkdir(parents=True)
    write_midi(folder / "b" / "down.mid", (0.0, 0.5, 72), (0.5, 0.975, 67))
    write_midi(folder / "up.mid", (0.0, 0.4, 60), (0.4, 0.8, 64), (0.8, 1.2, 67))
    return folder


def report(out: Path) -> dict[str, dict[str, object]]:
    return {song["song"]: song for song in json.loads((out / "scores.json").read_text())["songs"]}


@pytest.mark.usefixtures("search")
def test_every_song_has_a_rollout_a_row_and_scores(songs: Path, tmp_path: Path, pianomime: Command) -> None:
    file = tmp_path / "again.json"
    result = pianomime("refine", songs, "--out", tmp_path / "out", "--jobs", 1, "--seed", 3, "--json", file)
    assert result.code == 0, result
    found = json.loads((tmp_path / "out" / "scores.json").read_text())
    assert json.loads(file.read_text()) == found
    assert {"controller": "refine", "effort": 40, "seed": 3, "hand_collisions": False}.items() <= found[
        "settings"
    ].items()
    for song, steps in (("b/down", 20), ("up", 25)):
        metadata = Rollout.load(tmp_path / "out" / f"{song}.npz").metadata
        row = report(tmp_path / "out")[song]
        assert (row["state"], row["steps"], row["decided_steps"]) == ("finished", steps, steps)
        assert row["refined"] == metadata["scores"]
        assert row["planner"] == metadata["planner_scores"]
        assert song in result.out
    mean = np.mean([row["refined"]["f1"] for row in report(tmp_path / "out").values()])  # type: ignore[index]
    assert found["mean"]["refined"]["f1"] == pytest.approx(mean)
    assert "mean of 2 finished" in result.out
    assert f"{mean:.4f}" in result.out


def test_finished_songs_are_skipped_and_others_go_on(
    songs: Path, tmp_path: Path, pianomime: Command, search: type[FakeSearch], monkeypatch: pytest.MonkeyPatch
) -> None:
    command = ("refine", songs, "--out", tmp_path / "out", "--jobs", 1)
    looks = itertools.count()
    with monkeypatch.context() as patch:
        # Two looks a song before its first step; "b/down" ends, "up" is two stretches far when the time is over.
        patch.setattr(refine_song.RefineTask, "is_over", property(lambda task: next(looks) >= 8))
        result = pianomime(*command, "--budget", 100)
    assert result.code == 0
    assert "1 of 2 songs are not finished" in result.out
    states = {song: (row["state"], row["decided_steps"]) for song, row in report(tmp_path / "out").items()}
    assert states == {"b/down": ("finished", 20), "up": ("begun", 10)}
    search.advanced.clear()
    result = pianomime(*command)
    assert "1 of 2 songs are finished already" in result.out
    assert search.advanced == [15, 20, 25]
    assert {row["state"] for row in report(tmp_path / "out").values()} == {"finished"}
    assert list((tmp_path / "out").rglob("*.partial")) == []


def test_it_says_for_how_many_songs_nothing_better_is_found(
    songs: Path, tmp_path: Path, pianomime: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(refine_song, "Refinement", FakeSpoiler)
    result = pianomime("refine", songs, "--out", tmp_path / "out", "--jobs", 1)
    assert "nothing better was found for 2 of 2 songs: the planner's own performance is kept" in result.out
    assert all(row["planner_kept"] and row["refined"] == row["planner"] for row in report(tmp_path / "out").values())


@pytest.mark.usefixtures("search")
def test_songs_wait_when_the_time_is_over(songs: Path, tmp_path: Path, pianomime: Command) -> None:
    result = pianomime("refine", songs, "--out", tmp_path / "out", "--jobs", 1, "--budget", 1e-9)
    assert result.code == 0
    assert [row["state"] for row in report(tmp_path / "out").values()] == ["waiting", "waiting"]
    assert "2 of 2 songs are not finished" in result.out


def test_a_song_that_fails_does_not_stop_the_others(
    songs: Path, tmp_path: Path, pianomime: Command, search: type[FakeSearch], monkeypatch: pytest.MonkeyPatch
) -> None:
    (songs / "a.mid").write_text("la la la")
    advance = search.advance

    def fails_in_the_short_song(self: FakeSearch) -> None:
        if self.steps == 20:
            raise RuntimeError("the hands fell off")
        advance(self)

    monkeypatch.setattr(search, "advance", fails_in_the_short_song)
    result = pianomime("refine", songs, "--out", tmp_path / "out", "--jobs", 1)
    assert result.code == 1
    states = {song: row["state"] for song, row in report(tmp_path / "out").items()}
    assert states == {"a": "failed", "b/down": "failed", "up": "finished"}
    assert "pianomime: b/down: RuntimeError: the hands fell off" in result.err
    assert "a.mid" in result.err
    assert "mean of 1 finished" in result.out


@pytest.mark.usefixtures("search")
def test_rollouts_of_other_songs_are_refused_before_the_first_step(
    songs: Path, tmp_path: Path, pianomime: Command
) -> None:
    assert pianomime("refine", songs / "up.mid", "--out", tmp_path / "out", "--jobs", 1).code == 0
    write_midi(songs / "up.mid", (0.0, 0.4, 61), (0.4, 0.8, 64), (0.8, 1.2, 67))
    pianomime("refine", songs, "--out", tmp_path / "out").refuses("up.npz", "another song", "another --out")
    assert not (tmp_path / "out" / "b" / "down.npz").exists()


@pytest.mark.usefixtures("search")
def test_by_ear_the_table_has_notes(
    songs: Path, tmp_path: Path, pianomime: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(refine_song, "MusicalRefinement", FakeMusicalSearch)
    result = pianomime("refine", songs, "--out", tmp_path / "out", "--jobs", 1, "--setting", "musical")
    assert result.code == 0, result
    found = json.loads((tmp_path / "out" / "scores.json").read_text())
    assert found["settings"]["setting"] == "musical"
    assert "note F1" in result.out
    assert f"{found['mean']['refined']['note_f1']:.4f}" in result.out


@pytest.mark.usefixtures("search")
@pytest.mark.parametrize("setting", ["benchmark", "musical"])
def test_the_table_fits_80_columns(
    setting: str, songs: Path, tmp_path: Path, pianomime: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    monkeypatch.setattr(refine_song, "MusicalRefinement", FakeMusicalSearch)
    result = pianomime("refine", songs, "--out", tmp_path / "out", "--jobs", 1, "--setting", setting)
    assert max(len(line) for line in result.out.splitlines()) <= 80


@pytest.mark.slow
def test_the_number_of_processes_changes_nothing(songs: Path, tmp_path: Path, pianomime: Command) -> None:
    """With the search itself: processes know no fakes."""
    for jobs in (1, 2):
        out = tmp_path / f"out{jobs}"
        assert pianomime("refine", songs, "--out", out, "--jobs", jobs, "--effort", 1).code == 0
    assert (tmp_path / "out1" / "scores.json").read_bytes() == (tmp_path / "out2" / "scores.json").read_bytes()
    one, two = (Rollout.load(tmp_path / f"out{jobs}" / "b" / "down.npz") for jobs in (1, 2))
    np.testing.assert_array_equal(one.targets, two.targets)
    assert pianomime("replay", tmp_path / "out2" / "up.npz").code == 0
