"""Refinement by ear: the musical planner's motion as a start, better by ear, the same again, and from a checkpoint."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from foresight_songs import STEPS, chords, chords_in_time

from pianomime.episodes.episode import play_episode
from pianomime.reports.note_scores import NoteScores, note_scores
from pianomime_core.errors import UserError
from pianomime_core.key_events import HEARD_RAD, KeyEventDetector, played_notes
from pianomime_core.keyboard import LOWEST_PITCH
from pianomime_core.notes import Note, Score
from pianomime_core.piano_roll import PianoRoll
from pianomime_description.variant import SceneConfig
from pianomime_physics.observed_simulator import ObservedSimulator
from pianomime_physics.simulator import Simulator
from pianomime_policy.controllers.controller import RowsAloneError
from pianomime_policy.controllers.planner.musical_planner import MusicalPlanner
from pianomime_policy.controllers.planner.planner import PlannerConfig
from pianomime_policy.model_search.musical_refinement import MusicalRefineConfig, MusicalRefinement
from pianomime_policy.model_search.refinement import Played

ROLL, SCENE = chords_in_time(), SceneConfig()
CONFIG = MusicalRefineConfig(effort=12)


def finished(refinement: MusicalRefinement) -> MusicalRefinement:
    while refinement.step < refinement.steps:
        refinement.advance()
    return refinement


@pytest.fixture(scope="module")
def refined() -> MusicalRefinement:
    return finished(MusicalRefinement(ROLL, SCENE, CONFIG))


def heard(roll: PianoRoll, played: Played) -> NoteScores:
    """What is heard when a fresh simulator plays this."""
    detector, events = KeyEventDetector(HEARD_RAD), []
    simulator = ObservedSimulator(
        lambda state: events.extend(detector.update(state.time_s, state.key_angles, state.key_velocities)), SCENE
    )
    simulator.reset(played.initial_joint_positions)
    for step in played.targets:
        list(simulator.play(step))
    n = roll.notes
    assert n is not None
    columns = zip(n.key + LOWEST_PITCH, n.onset_s, n.end_s, n.velocity, strict=True)
    written = [Note(int(pitch), onset_s, end_s, int(velocity)) for pitch, onset_s, end_s, velocity in columns]
    return note_scores(Score(tuple(written)), played_notes(events, STEPS * 0.05 + 0.005))[0]


def test_it_begins_with_what_the_planner_plays() -> None:
    fresh = MusicalRefinement(ROLL, SCENE, CONFIG)
    planner = play_episode(Simulator(SCENE), MusicalPlanner(SCENE.variant, PlannerConfig()), ROLL)
    best = fresh.best()
    assert best.targets.shape == (STEPS, 5, 46)
    assert np.array_equal(best.targets.reshape(-1, 46), planner.targets)
    assert np.array_equal(best.pressed, planner.frames().pressed)


@pytest.mark.slow
def test_more_of_it_is_right_by_ear() -> None:
    # With less effort, so few notes are a matter of luck: of another seed, fewer may be right than before.
    thorough = replace(CONFIG, effort=60)
    refinements = MusicalRefinement(ROLL, SCENE, thorough), finished(MusicalRefinement(ROLL, SCENE, thorough))
    before, after = (heard(ROLL, each.best()) for each in refinements)
    assert after.note_f1 > before.note_f1


@pytest.mark.slow
def test_its_result_is_what_a_fresh_simulator_plays(refined: MusicalRefinement) -> None:
    best, simulator = refined.best(), Simulator(SCENE)
    simulator.reset(best.initial_joint_positions)
    ends = [list(simulator.play(targets))[-1].key_pressed for targets in best.targets]
    assert np.array_equal(ends, best.pressed)


@pytest.mark.slow
def test_interrupted_or_not_the_performance_is_the_same(refined: MusicalRefinement, tmp_path: Path) -> None:
    begun = MusicalRefinement(ROLL, SCENE, CONFIG)
    for _ in range(2):
        begun.advance()
    begun.save(tmp_path / "song.partial")
    resumed = MusicalRefinement.load(tmp_path / "song.partial", ROLL, SCENE, CONFIG)
    assert resumed.step == begun.step == 16
    finished(resumed)
    assert resumed.simulated_steps == refined.simulated_steps
    assert np.array_equal(resumed.best().targets, refined.best().targets)


def test_a_checkpoint_of_other_notes_in_the_same_frames_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "song.partial"
    MusicalRefinement(ROLL, SCENE, CONFIG).save(path)
    assert ROLL.notes is not None
    for notes in (
        replace(ROLL.notes, velocity=ROLL.notes.velocity + 1),
        replace(ROLL.notes, onset_s=ROLL.notes.onset_s + 0.01),
    ):
        with pytest.raises(UserError, match="another song or other settings: remove it"):
            MusicalRefinement.load(path, replace(ROLL, notes=notes), SCENE, CONFIG)


def test_rows_alone_are_refused() -> None:
    with pytest.raises(RowsAloneError):
        MusicalRefinement(chords(), SCENE, CONFIG)
