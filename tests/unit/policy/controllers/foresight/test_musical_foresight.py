"""Foresight in the musical setting: targets in time, a model that plays as the robot does, and what it is worth."""

from dataclasses import replace

import numpy as np
import pytest
from foresight_songs import STEPS, chords, chords_in_time

from pianomime.episodes.episode import play_episode
from pianomime_core.rollout import Rollout
from pianomime_description.variant import SceneConfig
from pianomime_physics.simulator import Simulator
from pianomime_policy.controllers.controller import RowsAloneError
from pianomime_policy.controllers.foresight.musical_foresight import TIMING, MusicalForesight, MusicalForesightConfig
from pianomime_policy.controllers.planner.musical_planner import MusicalPlanner

SCENE, ROLL = SceneConfig(), chords_in_time()


def played(controller: MusicalForesight | MusicalPlanner) -> Rollout:
    return play_episode(Simulator(SCENE), controller, ROLL)


def with_steps(simulated_steps: int) -> MusicalForesight:
    return MusicalForesight(SCENE, replace(MusicalForesightConfig(), simulated_steps=simulated_steps))


def test_without_time_to_think_it_is_the_musical_planner() -> None:
    planner = MusicalPlanner(SCENE.variant, MusicalForesightConfig().planner, timing=TIMING)
    assert np.array_equal(played(with_steps(0)).targets, played(planner).targets)


@pytest.mark.slow
def test_it_plays_in_time_and_the_same_every_time() -> None:
    foresight = with_steps(3)
    first = played(foresight)
    assert first.targets.shape == (STEPS * TIMING.rows_per_step, 46)
    assert np.array_equal(played(foresight).targets, first.targets)


@pytest.mark.slow
def test_the_robot_does_what_was_simulated() -> None:
    foresight = with_steps(12)
    played(foresight)
    assert foresight.deviations == 1, "at the beginning nothing is foreseen yet"


def test_rows_alone_are_refused() -> None:
    with pytest.raises(RowsAloneError):
        play_episode(Simulator(SCENE), with_steps(0), chords())
    with pytest.raises(RowsAloneError):
        with_steps(0).start(ROLL.goal, ROLL.sustain)
