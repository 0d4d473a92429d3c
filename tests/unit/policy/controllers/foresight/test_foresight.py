"""The controller that looks ahead before it plays."""

from dataclasses import replace

import numpy as np
import pytest
from foresight_songs import STEPS, chords

from pianomime.episodes.episode import play_episode
from pianomime.files.songs import find_song, read_song
from pianomime_core.metrics import score
from pianomime_core.piano_roll import PianoRoll
from pianomime_core.rollout import Rollout
from pianomime_description.variant import SceneConfig
from pianomime_physics.disturbance import Disturbance, DisturbedSimulator
from pianomime_physics.simulator import Simulator
from pianomime_policy.controllers.foresight.foresight import Foresight, ForesightConfig
from pianomime_policy.controllers.registry import make_controller

ROLL, SCENE = chords(), SceneConfig()


def played(controller) -> Rollout:
    return play_episode(Simulator(SCENE), controller, ROLL)


@pytest.fixture(scope="module")
def foresight() -> Foresight:
    return Foresight(SCENE)


@pytest.fixture(scope="module")
def by_foresight(foresight) -> Rollout:
    return played(foresight)


@pytest.fixture(scope="module")
def by_streaming() -> Rollout:
    return played(make_controller("streaming", SCENE))


@pytest.mark.slow
def test_it_plays_better_than_without(foresight):
    songs = [read_song(find_song(name)) for name in ("fuer_elise", "prelude_in_c")]
    lost = [
        sum(1 - score(roll.goal, play_episode(Simulator(SCENE), controller, roll).pressed).f1 for roll in songs)
        for controller in (make_controller("streaming", SCENE), foresight)
    ]
    assert lost[1] < 0.9 * lost[0]


def test_without_time_to_think_it_is_the_streaming_planner(by_streaming):
    idle = played(Foresight(SCENE, ForesightConfig(simulated_steps=0)))
    assert np.array_equal(idle.targets, by_streaming.targets)


@pytest.mark.slow
def test_a_second_performance_is_the_same(foresight, by_foresight):
    assert np.array_equal(played(foresight).targets, by_foresight.targets)


@pytest.mark.parametrize("good_cost", [0.02, -1.0])
def test_it_simulates_as_many_steps_as_it_may_and_no_more(good_cost):
    simulated = []

    class Counted(Foresight):
        def act(self, observation):
            before = self.simulated_steps
            action = super().act(observation)
            simulated.append(self.simulated_steps - before)
            return action

    # Never content, it goes on trying what can only be worse than silence.
    silence = PianoRoll(np.zeros((20, 88), bool), np.zeros(20, bool))
    play_episode(Simulator(SCENE), Counted(SCENE, ForesightConfig(good_cost=good_cost)), silence)
    assert max(simulated) <= ForesightConfig().simulated_steps


@pytest.mark.slow
@pytest.mark.parametrize("command_delay_s", [0.0, 0.005])
def test_only_a_robot_that_deviated_is_simulated_again(command_delay_s):
    foresight = Foresight(SCENE, ForesightConfig(simulated_steps=12))
    simulator = DisturbedSimulator(Disturbance(command_delay_s=command_delay_s), SCENE)
    play_episode(simulator, foresight, ROLL)
    # At the beginning nothing is foreseen yet.
    assert foresight.deviations == (STEPS // ForesightConfig().segment_steps if command_delay_s else 1)


def test_if_all_is_well_it_looks_further_ahead():
    silence = PianoRoll(np.zeros((12, 88), bool), np.zeros(12, bool))
    foresight = Foresight(SCENE)
    play_episode(Simulator(SCENE), foresight, silence)
    assert [segment.step for segment in foresight.segments_ahead] == [16, 24]
    assert all(segment.cost < ForesightConfig().good_cost for segment in foresight.segments_ahead)


def test_a_step_lost_between_two_segments_does_no_harm():
    class Forgetful(Foresight):
        def act(self, observation):
            if observation.step % self.config.segment_steps == 0 and observation.step:
                return self._last
            self._last = super().act(observation)
            return self._last

    rollout = played(Forgetful(SCENE, replace(ForesightConfig(), simulated_steps=3)))
    assert score(ROLL.goal, rollout.pressed).f1 > 0.5
