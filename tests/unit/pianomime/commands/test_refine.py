"""refine always keeps a complete rollout, continues where it stopped, and never overwrites anything else."""

import itertools
import json
import signal
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from command_examples import Command, write_midi
from fake_search import FakeMusicalSearch, FakeMusicalSpoiler, FakeSearch, FakeSpoiler

from pianomime.commands import refine_song
from pianomime_core.key_events import pedal_events
from pianomime_core.metrics import score
from pianomime_core.midi_score import load_midi, save_midi
from pianomime_core.rollout import Rollout
from pianomime_policy.model_search.refinement import RefineConfig

DO_NOTHING_F1 = 1 / 25  # the last of the 25 rows of the tune is silent


@pytest.fixture(autouse=True)
def search(monkeypatch: pytest.MonkeyPatch) -> type[FakeSearch]:
    monkeypatch.setattr(refine_song, "Refinement", FakeSearch)
    monkeypatch.setattr(refine_song, "MusicalRefinement", FakeMusicalSearch)
    FakeSearch.advanced.clear()
    return FakeSearch


@pytest.fixture
def three_looks(monkeypatch: pytest.MonkeyPatch) -> None:
    """The budget is over after three stretches."""
    looks = itertools.count()
    monkeypatch.setattr(refine_song.RefineTask, "is_over", property(lambda task: next(looks) >= 3))


@pytest.fixture
def out(tmp_path: Path) -> Path:
    return tmp_path / "out.npz"


def partial(out: Path) -> Path:
    return out.with_name("out.npz.partial")


def test_a_finished_rollout_replays_and_says_what_it_is(tune: Path, out: Path, pianomime: Command) -> None:
    assert pianomime("refine", tune, "--out", out, "--effort", 7, "--seed", 3).code == 0
    rollout = Rollout.load(out)
    told = {"controller": "refine", "effort": 7, "seed": 3, "decided_steps": 25, "simulated_steps": 1000}
    assert told.items() <= rollout.metadata.items()
    assert rollout.metadata["scores"] == score(rollout.goal, rollout.pressed).as_dict()
    assert rollout.metadata["scores"]["f1"] > 0.9
    assert rollout.metadata["scores"]["do_nothing_f1"] == pytest.approx(DO_NOTHING_F1)
    assert rollout.metadata["planner_scores"]["f1"] == pytest.approx(DO_NOTHING_F1)
    assert not rollout.metadata["planner_kept"]
    assert not partial(out).exists()
    assert pianomime("replay", out).code == 0


def test_the_table_compares_with_the_planner(tune: Path, out: Path, pianomime: Command) -> None:
    result = pianomime("refine", tune, "--out", out)
    assert all(word in result.out for word in ("planner alone", "refined", "F1", "onset F1", "hand collisions off"))
    assert f"{DO_NOTHING_F1:.4f}" in result.out
    assert f"{Rollout.load(out).metadata['scores']['onset_f1']:.4f}" in result.out


def test_json_compares_with_the_planner(tune: Path, out: Path, pianomime: Command) -> None:
    found = json.loads(pianomime("refine", tune, "--out", out, "--json", "-").out)
    metadata = Rollout.load(out).metadata
    assert (found["song"], found["steps"], found["decided_steps"]) == ("tune", 25, 25)
    assert (found["planner"], found["refined"]) == (metadata["planner_scores"], metadata["scores"])


@pytest.mark.usefixtures("three_looks")
def test_a_budget_ends_it_and_the_same_command_goes_on(
    tune: Path, out: Path, pianomime: Command, search: type[FakeSearch], monkeypatch: pytest.MonkeyPatch
) -> None:
    first = pianomime("refine", tune, "--out", out, "--budget", 100)
    assert first.code == 0
    assert "15 of 25 steps are refined" in first.out
    assert "run the same command to continue" in first.out
    assert partial(out).exists()
    assert Rollout.load(out).metadata["decided_steps"] == 15
    assert pianomime("replay", out).code == 0
    monkeypatch.undo()
    monkeypatch.setattr(refine_song, "Refinement", search)
    second = pianomime("refine", tune, "--out", out)
    assert second.code == 0
    assert search.advanced == [5, 10, 15, 20, 25]
    assert Rollout.load(out).metadata["decided_steps"] == 25
    assert not partial(out).exists()


@pytest.mark.usefixtures("hears_interrupts")
def test_what_was_interrupted_ends_as_what_was_not(
    tune: Path, out: Path, tmp_path: Path, pianomime: Command, monkeypatch: pytest.MonkeyPatch, search: type[FakeSearch]
) -> None:
    advance = search.advance

    def interrupted_at_10(self: FakeSearch) -> None:
        advance(self)
        if self.step == 10:
            signal.raise_signal(signal.SIGINT)

    monkeypatch.setattr(search, "advance", interrupted_at_10)
    interrupted = pianomime("refine", tune, "--out", out)
    assert interrupted.code == 130
    assert "what is decided of tune is written" in interrupted.err
    assert search.advanced == [5, 10]
    assert Rollout.load(out).metadata["decided_steps"] == 10
    assert partial(out).exists()
    monkeypatch.setattr(search, "advance", advance)
    assert pianomime("refine", tune, "--out", out).code == 0
    assert search.advanced == [5, 10, 15, 20, 25]
    assert pianomime("refine", tune, "--out", tmp_path / "other.npz").code == 0
    resumed, whole = Rollout.load(out), Rollout.load(tmp_path / "other.npz")
    np.testing.assert_array_equal(resumed.targets, whole.targets)
    assert resumed.metadata == whole.metadata


def test_the_planner_alone_stands_there_before_the_first_stretch(
    tune: Path, out: Path, pianomime: Command, monkeypatch: pytest.MonkeyPatch, search: type[FakeSearch]
) -> None:
    def look(self: FakeSearch) -> None:
        assert Rollout.load(out).metadata["decided_steps"] == 0
        self.step = self.steps

    monkeypatch.setattr(search, "advance", look)
    assert pianomime("refine", tune, "--out", out).code == 0


@pytest.mark.parametrize("setting", ["benchmark", "musical"])
def test_the_planner_s_own_performance_is_kept_where_nothing_better_is_found(
    setting: str, tune: Path, out: Path, pianomime: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(refine_song, "Refinement", FakeSpoiler)
    monkeypatch.setattr(refine_song, "MusicalRefinement", FakeMusicalSpoiler)
    command = ("refine", tune, "--out", out, "--setting", setting)
    evaluated = pianomime("evaluate", tune, "--controller", "planner", "--setting", setting, "--json", "-").out
    by_planner = json.loads(evaluated)["mean"] | {"frames": 25}
    looks = itertools.count()
    for part in ("so far", "to the end"):
        with monkeypatch.context() as patch:
            if part == "so far":
                patch.setattr(refine_song.RefineTask, "is_over", property(lambda task: next(looks) >= 3))
            result = pianomime(*command)
        assert result.code == 0, result
        assert "nothing better was found: the planner's own performance is kept" in result.out, part
        rollout = Rollout.load(out)
        assert rollout.metadata["planner_kept"]
        assert rollout.metadata["decided_steps"] == (15 if part == "so far" else 25)
        for name in ("scores", "planner_scores"):
            assert rollout.metadata[name].items() <= by_planner.items(), part
    assert pianomime("replay", out).code == 0
    assert "the planner's own performance is kept" in pianomime(*command).out, "also when it is finished already"


def test_a_finished_rollout_is_recognised(tune: Path, out: Path, pianomime: Command, search: type[FakeSearch]) -> None:
    assert pianomime("refine", tune, "--out", out).code == 0
    before = out.read_bytes()
    partial(out).touch()  # left by a kill between the two files
    search.advanced.clear()
    result = pianomime("refine", tune, "--out", out)
    assert result.code == 0
    assert "finished already" in result.out
    assert search.advanced == []
    assert out.read_bytes() == before
    assert not partial(out).exists()


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("--effort", 3), ("effort 40, not 3",)),
        (("--seed", 3), ("seed 0, not 3",)),
        (("--hand-collisions",), ("hand_collisions False, not True",)),
        (("--setting", "musical"), ("setting benchmark, not musical",)),
    ],
)
def test_other_settings_do_not_overwrite_a_rollout(
    arguments: tuple[object, ...], words: tuple[str, ...], tune: Path, out: Path, pianomime: Command
) -> None:
    assert pianomime("refine", tune, "--out", out).code == 0
    before = out.read_bytes()
    pianomime("refine", tune, "--out", out, *arguments).refuses("out.npz", *words, "another --out")
    assert out.read_bytes() == before


def test_other_rollouts_are_not_overwritten(tune: Path, out: Path, tmp_path: Path, pianomime: Command) -> None:
    assert pianomime("refine", tune, "--out", out).code == 0
    other = write_midi(tmp_path / "other.mid", (0.0, 0.4, 61), (0.4, 0.8, 64), (0.8, 1.2, 67))
    pianomime("refine", other, "--out", out).refuses("another song", "'other'", "another --out")
    rollout = Rollout.load(out)
    replace(rollout, metadata={**rollout.metadata, "controller": "planner"}).save(out)
    pianomime("refine", tune, "--out", out).refuses("'planner'", "another --out")
    out.write_text("la la la")
    pianomime("refine", tune, "--out", out).refuses("out.npz", "not a rollout")
    assert out.read_text() == "la la la"


def test_a_checkpoint_of_another_song_is_refused(tune: Path, out: Path, pianomime: Command) -> None:
    np.savez(partial(out).with_suffix(".npz"), identity="another", step=5)
    partial(out).with_suffix(".npz").rename(partial(out))
    pianomime("refine", tune, "--out", out).refuses("out.npz.partial")


@pytest.mark.parametrize("name", ["folder.npz", "nowhere/x.npz", "/proc/x.npz"])
def test_a_rollout_that_cannot_be_written_is_refused(name: str, tune: Path, tmp_path: Path, pianomime: Command) -> None:
    (tmp_path / "folder.npz").mkdir()
    pianomime("refine", tune, "--out", tmp_path / name).refuses("--out", Path(name).name)


def test_one_rollout_is_for_one_song(tune: Path, out: Path, tmp_path: Path, pianomime: Command) -> None:
    pianomime("refine", tune, tune, "--out", out).refuses("out.npz", "folder")
    pianomime("refine", tmp_path, "--out", out).refuses("out.npz", "folder")
    pianomime("refine", tune, "--out", out, "--ray", "auto").refuses("--ray", "folder")


def test_the_default_effort_is_that_of_the_help(pianomime: Command) -> None:
    assert f"default {RefineConfig().effort}" in pianomime("refine", "--help").out


def test_by_ear_the_notes_in_time_are_played_and_heard(tune: Path, out: Path, pianomime: Command) -> None:
    save_midi(replace(load_midi(tune), sustain=((0.123, True), (0.504, False), (0.531, True), (0.9, False))), tune)
    result = pianomime("refine", tune, "--out", out, "--setting", "musical")
    assert result.code == 0, result
    rollout = Rollout.load(out)
    assert (rollout.dt, len(rollout.targets)) == (pytest.approx(0.01), 125)
    assert rollout.metadata["setting"] == "musical"
    assert len(pedal_events(rollout.pedal, rollout.dt)) == 4, "no row of 50 ms shows that it was lifted"
    assert pianomime("replay", out).code == 0
    # The fake decides on what the planner plays, and takes the hands away from what is not decided.
    evaluated = json.loads(
        pianomime("evaluate", tune, "--controller", "planner", "--setting", "musical", "--json", "-").out
    )
    assert rollout.metadata["scores"] == evaluated["mean"] | {"frames": 25}
    assert rollout.metadata["planner_scores"]["note_f1"] == 0.0
    row = next(line for line in result.out.splitlines() if "note F1, 50 ms" in line)
    assert [cell.strip() for cell in row.split("│")[2:4]] == ["0.000", f"{evaluated['mean']['note_f1']:.3f}"]
    assert "stray: beside, again, other" in result.out


def test_by_ear_a_song_is_its_notes_in_time(tune: Path, out: Path, tmp_path: Path, pianomime: Command) -> None:
    assert pianomime("refine", tune, "--out", out, "--setting", "musical").code == 0
    assert "finished already" in pianomime("refine", tune, "--out", out, "--setting", "musical").out
    same_frames = write_midi(tmp_path / "later.mid", (0.0, 0.4, 60), (0.43, 0.8, 64), (0.8, 1.2, 67))
    pianomime("refine", same_frames, "--out", out, "--setting", "musical").refuses("another song", "'later'")
    pianomime("refine", tune, "--out", out).refuses("setting musical, not benchmark", "another --out")


def test_an_unknown_setting_is_refused(tune: Path, out: Path, pianomime: Command) -> None:
    pianomime("refine", tune, "--out", out, "--setting", "loud").refuses("'loud'", "benchmark, musical")
