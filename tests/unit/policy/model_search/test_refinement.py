"""Refinement: better than the planner, the same again, and from a checkpoint."""

from dataclasses import replace

import numpy as np
import pytest
from foresight_songs import STEPS, chords

from pianomime_core.errors import UserError
from pianomime_core.metrics import score
from pianomime_core.piano_roll import PianoRoll
from pianomime_description.variant import SceneConfig
from pianomime_physics.simulator import Simulator
from pianomime_policy.model_search.refinement import RefineConfig, Refinement

ROLL, SCENE = chords(), SceneConfig()
CONFIG = RefineConfig(effort=12)


def finished(refinement: Refinement) -> Refinement:
    while refinement.step < refinement.steps:
        refinement.advance()
    return refinement


@pytest.fixture(scope="module")
def refined() -> Refinement:
    return finished(Refinement(ROLL, SCENE, CONFIG))


@pytest.mark.slow
def test_it_plays_better_than_the_planner(refined):
    fresh = Refinement(ROLL, SCENE, CONFIG)
    planner, best = fresh.best(), refined.best()
    assert (fresh.step, refined.step) == (0, STEPS)
    # Frames and onsets count together: an onset in time may be worth a frame of the note before it.
    before, after = score(ROLL.goal, planner.pressed), score(ROLL.goal, best.pressed)
    assert after.f1 + after.onset_f1 > before.f1 + before.onset_f1


@pytest.mark.slow
def test_neither_frames_nor_onsets_need_suffer():
    higher = PianoRoll(np.roll(ROLL.goal, 1, axis=1), ROLL.sustain)
    planner = Refinement(higher, SCENE, CONFIG).best()
    best = finished(Refinement(higher, SCENE, CONFIG)).best()
    assert score(higher.goal, best.pressed).f1 > score(higher.goal, planner.pressed).f1
    assert score(higher.goal, best.pressed).onset_f1 >= score(higher.goal, planner.pressed).onset_f1


def test_its_result_is_what_a_fresh_simulator_plays(refined):
    best, simulator = refined.best(), Simulator(SCENE)
    assert refined.joint_names == simulator.joint_names
    assert refined.target_names == simulator.target_names
    simulator.reset(best.initial_joint_positions)
    assert np.array_equal([simulator.step(row).key_pressed for row in best.targets], best.pressed)


def test_the_effort_is_kept(refined):
    begun = CONFIG.beam.width * CONFIG.beam.segment_steps  # what was begun is finished
    assert STEPS <= refined.simulated_steps <= (CONFIG.effort + 1) * STEPS + STEPS // 8 * begun


@pytest.mark.slow
def test_interrupted_or_not_the_performance_is_the_same(refined, tmp_path):
    path = tmp_path / "song.partial"
    begun = Refinement(ROLL, SCENE, CONFIG)
    for _ in range(2):
        begun.advance()
    begun.save(path)
    resumed = Refinement.load(path, ROLL, SCENE, CONFIG)
    assert resumed.step == begun.step == 16
    assert np.array_equal(resumed.best().pressed, begun.best().pressed)
    finished(resumed)
    assert resumed.simulated_steps == refined.simulated_steps
    assert np.array_equal(resumed.best().targets, refined.best().targets)


def test_at_the_end_nothing_more_happens(refined):
    before = refined.best()
    refined.advance()
    assert refined.step == STEPS
    assert np.array_equal(refined.best().targets, before.targets)


def test_a_checkpoint_of_something_else_is_refused(tmp_path):
    path = tmp_path / "song.partial"
    Refinement(ROLL, SCENE, CONFIG).save(path)
    other = PianoRoll(np.roll(ROLL.goal, 1, axis=1), ROLL.sustain)
    for roll, scene, config in (
        (other, SCENE, CONFIG),
        (ROLL, SceneConfig(hand_collisions=True), CONFIG),
        (ROLL, SCENE, replace(CONFIG, seed=1)),
    ):
        with pytest.raises(UserError, match=r"another song or other settings: remove it"):
            Refinement.load(path, roll, scene, config)


@pytest.mark.parametrize("content", [b"", b"not a checkpoint"])
def test_a_damaged_checkpoint_is_refused(tmp_path, content):
    path = tmp_path / "song.partial"
    path.write_bytes(content)
    with pytest.raises(UserError, match=r"song\.partial"):
        Refinement.load(path, ROLL, SCENE, CONFIG)
