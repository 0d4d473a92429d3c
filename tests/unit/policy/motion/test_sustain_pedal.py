"""Which controllers use the sustain pedal, and when."""

import numpy as np
import pytest

from pianomime.episodes.episode import play_episode
from pianomime_core.hands import joint_names, target_names
from pianomime_core.piano_roll import PianoRoll
from pianomime_core.rollout import Rollout
from pianomime_description.variant import SceneConfig
from pianomime_physics.simulator import Simulator
from pianomime_policy.controllers.controller import Observation
from pianomime_policy.controllers.registry import make_controller
from pianomime_policy.controllers.replay.feedback_replay import FeedbackReplay
from pianomime_policy.motion.sustain_pedal import pedal_of_song, sustain_pedal

WANTED = np.array([False, True, True, False, True, False, False, True])
GOAL = np.zeros((len(WANTED), 88), dtype=bool)
GOAL[1:6, 40] = True


def observation(sustain: np.ndarray) -> Observation:
    return Observation(0, np.zeros((len(sustain), 88), bool), sustain, np.zeros(54), np.zeros(54), np.zeros(88))


def test_the_pedal_depends_on_this_step_alone():
    pressed = [sustain_pedal(observation(WANTED[step : step + 3])) for step in range(len(WANTED))]
    assert pressed == WANTED.tolist() == pedal_of_song(WANTED).tolist()
    assert not sustain_pedal(observation(np.zeros(0, dtype=bool))), "nothing is asked for"


@pytest.mark.parametrize("name", ["streaming", "planner", "foresight", "reactive"])
def test_these_press_it_when_the_goal_asks_for_it(name):
    scene = SceneConfig()
    controller = make_controller(name, scene)
    played = play_episode(Simulator(scene), controller, PianoRoll(GOAL, WANTED))
    assert played.pedal.tolist() == played.goal_pedal.tolist() == WANTED.tolist()
    assert played.metadata["scores"]["pedal_f1"] == 1.0


def test_without_a_pedal_controller_it_stays_up():
    scene = SceneConfig()
    controller = make_controller("idle", scene)
    played = play_episode(Simulator(scene), controller, PianoRoll(GOAL, WANTED))
    assert not played.pedal.any()
    assert played.goal_pedal.tolist() == WANTED.tolist()
    assert played.metadata["scores"]["pedal_f1"] == 0.0


def test_the_pedal_changes_nothing_about_the_keys():
    scene = SceneConfig()
    with_pedal, without = (
        play_episode(Simulator(scene), make_controller("streaming", scene), PianoRoll(GOAL, sustain))
        for sustain in (WANTED, np.zeros_like(WANTED))
    )
    np.testing.assert_array_equal(with_pedal.targets, without.targets)
    scores = with_pedal.metadata["scores"]
    assert scores == without.metadata["scores"] | {"pedal_f1": 1.0}


def test_a_replay_presses_what_was_recorded_whatever_the_goal():
    steps = len(WANTED)
    rollout = Rollout(
        goal=GOAL,
        pressed=np.zeros_like(GOAL),
        targets=np.zeros((steps, 46), dtype=np.float32),
        target_names=target_names(),
        joint_names=joint_names(),
        initial_joint_positions=np.zeros(54),
        dt=0.05,
        metadata={},
        pedal=WANTED,
    )
    player = FeedbackReplay(rollout, SceneConfig())
    again = play_episode(Simulator(), player, PianoRoll(GOAL, ~WANTED))
    assert again.pedal.tolist() == WANTED.tolist()
