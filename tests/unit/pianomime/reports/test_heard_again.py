"""What is heard is the same while it is played and in a replay."""

import json
from dataclasses import asdict, replace
from pathlib import Path

from command_examples import Command

from pianomime.episodes.replay import recorded_scene
from pianomime.reports.heard import begun, heard_again
from pianomime_core.midi_score import load_midi
from pianomime_core.notes import Note, Score
from pianomime_core.rollout import Rollout


def test_a_replay_is_heard_as_what_was_played(pianomime: Command, tune: Path, tmp_path: Path) -> None:
    files = ("--rollout", tmp_path / "x.npz", "--json", tmp_path / "x.json")
    assert pianomime("play", tune, "--no-ros", "--controller", "streaming", *files).code == 0
    rollout = Rollout.load(tmp_path / "x.npz")
    heard = heard_again(load_midi(tune), rollout, recorded_scene(tmp_path / "x.npz", rollout))
    assert heard is not None
    assert heard.scores.note_recall == 1
    played = json.loads((tmp_path / "x.json").read_text())["heard"]
    assert played == heard.as_dict()
    assert played.pop("stray_strikes") == [asdict(stray) for stray in heard.strays]
    assert played == heard.scores.as_dict()


def test_a_replay_that_presses_other_keys_is_not_heard(recorded: Path, tune: Path) -> None:
    rollout = Rollout.load(recorded)
    other = replace(rollout, pressed=~rollout.pressed)
    assert heard_again(load_midi(tune), other, recorded_scene(recorded, rollout)) is None


def test_the_part_that_was_played() -> None:
    score = Score((Note(60, 0.0, 1.0), Note(62, 0.5, 2.0), Note(64, 1.5, 2.5)), ((0.2, True), (1.8, False)))
    assert begun(score, 1.5) == Score((Note(60, 0.0, 1.0), Note(62, 0.5, 1.5)), ((0.2, True),))
    assert begun(score, 2.5) == score
