"""A refined song is never worse by ear than the planner's own performance, with the search itself and little effort."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from foresight_songs import chords_in_time

from pianomime.commands.refine_song import refine_song
from pianomime.commands.refined_rollout import RefineSettings, RefineTask
from pianomime.episodes.episode import play_episode
from pianomime.reports.heard import heard_again
from pianomime_core.keyboard import LOWEST_PITCH
from pianomime_core.notes import Note, Score
from pianomime_core.rollout import Rollout
from pianomime_description.variant import SceneConfig
from pianomime_physics.simulator import Simulator
from pianomime_policy.controllers.planner.musical_planner import MusicalPlanner
from pianomime_policy.controllers.planner.planner import PlannerConfig
from pianomime_policy.model_search.musical_refinement import MusicalRefineConfig

SCENE, SEEDS = SceneConfig(), (1, 2)  # of both the search alone ends with fewer notes than the planner plays


def chords_task(seed: int, out: Path) -> RefineTask:
    roll = chords_in_time()
    assert roll.notes is not None
    columns = (roll.notes.key + LOWEST_PITCH, roll.notes.onset_s, roll.notes.end_s, roll.notes.velocity)
    notes = [
        Note(int(pitch), begin_s, end_s, int(velocity))
        for pitch, begin_s, end_s, velocity in zip(*columns, strict=True)
    ]
    task = RefineSettings(SCENE, MusicalRefineConfig(effort=16, seed=seed)).task("chords", Score(tuple(notes)), out)
    return replace(task, roll=roll)


@pytest.mark.slow
@pytest.mark.parametrize("seed", SEEDS)
def test_fewer_notes_than_the_planner_plays_are_never_kept(seed: int, tmp_path: Path) -> None:
    task = chords_task(seed, tmp_path / "chords.npz")
    planner = play_episode(Simulator(SCENE), MusicalPlanner(SCENE.variant, PlannerConfig()), task.roll)
    refined = refine_song(task)
    rollout = Rollout.load(task.out)
    by_planner, by_refine = (heard_again(task.written, each, SCENE) for each in (planner, rollout))
    assert by_planner is not None
    assert by_refine is not None
    assert by_refine.scores.note_f1 >= by_planner.scores.note_f1
    assert refined.refined["note_f1"] == by_refine.scores.note_f1
    assert refined.planner["note_f1"] == by_planner.scores.note_f1
    assert refined.planner_kept == np.array_equal(rollout.targets, planner.targets)
