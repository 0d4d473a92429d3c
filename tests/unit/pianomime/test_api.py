"""`import pianomime as pm`: a song, a simulator, a controller, an episode."""

import subprocess
import sys

import numpy as np
import pytest
from command_examples import write_midi

import pianomime as pm

SEVEN_NOTES = pm.Score(tuple(pm.Note(60 + 2 * k, 0.4 * k, 0.4 * k + 0.35) for k in range(7)))


def test_a_song_has_a_bundled_name_or_a_path(tmp_path):
    by_name = pm.load_song("twinkle")
    assert by_name == pm.load_song(pm.bundled_songs()["twinkle"])
    path = write_midi(tmp_path / "tune.mid", (0.0, 0.4, 60), (0.4, 0.8, 64))
    assert [note.pitch for note in pm.load_song(path).notes] == [60, 64]
    with pytest.raises(pm.UserError, match=r"'no_song'.*twinkle"):
        pm.load_song("no_song")


def test_an_episode_is_scored_saved_and_read_again(tmp_path):
    simulator = pm.Simulator()
    played = pm.play_episode(simulator, pm.make_controller("planner"), SEVEN_NOTES)
    assert 0.9 < played.score.f1 <= 1
    assert played.score.frames == len(pm.piano_roll(SEVEN_NOTES)) == len(played.rollout.goal)
    assert played.rollout.metadata["scores"] == played.score.as_dict()
    assert played.rollout.metadata["controller"] == "Planner"
    played.rollout.save(tmp_path / "seven.npz")
    again = pm.Rollout.load(tmp_path / "seven.npz")
    assert pm.score(again.goal, again.pressed).f1 == played.score.f1
    # Frames instead of notes: the same episode.
    frames = pm.play_episode(simulator, pm.make_controller("planner"), pm.piano_roll(SEVEN_NOTES), controller_name="me")
    assert np.array_equal(frames.rollout.targets, played.rollout.targets)
    assert frames.rollout.metadata["controller"] == "me"


def test_idle_hands_score_what_doing_nothing_scores():
    result = pm.play_episode(pm.Simulator(), pm.make_controller("idle"), SEVEN_NOTES)
    assert result.score.f1 == result.score.do_nothing_f1
    assert not result.rollout.pressed.any()


def test_a_step_of_ones_own_ends_the_episode():
    result = pm.play_episode(
        pm.Simulator(), pm.make_controller("idle"), SEVEN_NOTES, on_step=lambda step, state: step == 4
    )
    assert result.score.frames == 5


def test_the_robot_is_the_one_asked_for():
    scene = pm.SceneConfig(variant="robopianist")
    result = pm.play_episode(pm.Simulator(scene), pm.make_controller("idle", scene), SEVEN_NOTES)
    assert len(result.rollout.target_names) == 44
    with pytest.raises(pm.UserError):
        pm.play_episode(pm.Simulator(), pm.make_controller("idle", scene), SEVEN_NOTES)


def test_bad_input_is_named():
    with pytest.raises(pm.UserError, match=r"'plannr'.*planner"):
        pm.make_controller("plannr")
    with pytest.raises(pm.UserError, match="needs a demonstration"):
        pm.make_controller("demo")
    with pytest.raises(ValueError, match="without notes"):
        pm.play_episode(pm.Simulator(), pm.make_controller("idle"), pm.Score(()))


WITHOUT_NUMPY = """
import sys
sys.modules["numpy"] = None
import pianomime
from pianomime import graph
print(hasattr(pianomime, "__wrapped__"), graph.__name__)
"""


def test_its_packages_are_imported_where_numpy_is_missing():
    done = subprocess.run([sys.executable, "-c", WITHOUT_NUMPY], capture_output=True, text=True, check=True)
    assert done.stdout == "False pianomime.graph\n"


def test_its_names_are_those_of_the_api():
    everything = {}
    exec("from pianomime import *", everything)
    assert {"load_song", "Simulator", "make_controller", "play_episode"} <= everything.keys()
    assert dir(pm) == sorted(pm.__all__)
    assert all(everything[name] is getattr(pm, name) for name in pm.__all__)
    with pytest.raises(AttributeError, match=r"no attribute 'load_sonf': it offers .*load_song"):
        pm.load_sonf  # noqa: B018
