"""The controller that knows only the keys held now, in the simulator: hand-made cases."""

from dataclasses import replace

import numpy as np
import pytest

from pianomime.episodes.episode import play_episode
from pianomime.episodes.listener import Listener
from pianomime_core.keyboard import KEYBOARD, LOWEST_PITCH
from pianomime_core.piano_roll import PianoRoll
from pianomime_core.setting import Setting
from pianomime_description.variant import SceneConfig
from pianomime_physics.observed_simulator import ObservedSimulator
from pianomime_physics.simulator import Simulator
from pianomime_policy.controllers.controller import Observation
from pianomime_policy.controllers.registry import make_controller

C_POSITION = (60, 62, 64, 65, 67)


@pytest.fixture(scope="module")
def simulator() -> Simulator:
    return Simulator()


@pytest.fixture(scope="module")
def reactive():
    return make_controller("reactive", SceneConfig())


def roll_of(steps: int, *notes: tuple[int, int, int]) -> PianoRoll:
    """Notes are (pitch, first step, step after the last)."""
    goal = np.zeros((steps, 88), bool)
    for pitch, onset, end in notes:
        goal[onset:end, pitch - LOWEST_PITCH] = True
    return PianoRoll(goal, np.zeros(steps, bool))


def pressed_steps(simulator, reactive, roll: PianoRoll) -> dict[int, list[int]]:
    """Pitch -> steps at whose end its key was down."""
    pressed = play_episode(simulator, reactive, roll).pressed
    return {int(k) + LOWEST_PITCH: np.flatnonzero(pressed[:, k]).tolist() for k in np.flatnonzero(pressed.any(0))}


def test_nothing_held_nothing_pressed(simulator, reactive):
    angles = []
    roll = roll_of(40)
    play_episode(simulator, reactive, roll, on_step=lambda step, state: angles.append(state.key_angles))
    assert not KEYBOARD.pressed(np.array(angles)).any()
    # Fingers rest on the keys of the C position, which are down a little, and on few others.
    assert (angles[-1][np.array(C_POSITION) - LOWEST_PITCH] > 0.1 * KEYBOARD.travel_rad[0]).all()
    assert (angles[-1] > 0.05).sum() == 0


@pytest.mark.parametrize("pitch", C_POSITION)
def test_a_key_under_a_finger_goes_down_in_the_step_it_is_seen_and_comes_up_in_the_step_it_is_not(
    simulator, reactive, pitch
):
    [(played, steps)] = pressed_steps(simulator, reactive, roll_of(40, (pitch, 10, 20))).items()
    assert played == pitch
    assert 10 <= steps[0] <= 11
    assert 19 <= steps[-1] <= 20
    assert steps == list(range(steps[0], steps[-1] + 1))


def test_a_melody_in_five_finger_position(simulator, reactive):
    melody = [60, 62, 64, 65, 67, 67, 65, 64, 62, 60, 64, 60, 67]
    notes = [(pitch, 10 + 5 * i, 10 + 5 * i + 4) for i, pitch in enumerate(melody)]
    played = pressed_steps(simulator, reactive, roll_of(90, *notes))
    assert set(played) == set(melody)
    for pitch, onset, _ in notes:
        assert {onset, onset + 1} & set(played[pitch])
        assert onset - 1 not in played[pitch]


def test_two_hands(simulator, reactive):
    chord = (48, 52, 60, 64, 67)
    played = pressed_steps(simulator, reactive, roll_of(40, *((pitch, 10, 30) for pitch in chord)))
    assert set(played) == set(chord)
    assert all(set(range(12, 30)) <= set(steps) for steps in played.values())


@pytest.mark.parametrize("pitch", [30, 90, 106])
def test_the_hand_travels_to_a_key_far_away(simulator, reactive, pitch):
    [(played, steps)] = pressed_steps(simulator, reactive, roll_of(50, (pitch, 10, 40))).items()
    assert played == pitch
    assert steps[0] <= 20
    assert steps[-1] in (39, 40)


def test_a_key_struck_again_sounds_again(simulator, reactive):
    [(_, steps)] = pressed_steps(simulator, reactive, roll_of(40, (64, 10, 15), (64, 16, 21))).items()
    assert 15 not in steps
    assert {13, 14, 17, 18, 19, 20} <= set(steps)


def test_a_key_touched_for_one_step_sounds(simulator, reactive):
    assert list(pressed_steps(simulator, reactive, roll_of(30, (64, 10, 11)))) == [64]


def test_later_rows_are_ignored(reactive):
    def targets(goal: np.ndarray) -> np.ndarray:
        sustain = np.zeros(len(goal), bool)
        positions = reactive.start(goal, sustain)
        seen = Observation(0, goal, sustain, positions, np.zeros_like(positions), np.zeros(88))
        return np.array([reactive.act(replace(seen, step=step)).targets for step in range(3)])

    held, foreseen = np.zeros((2, 88), bool), np.zeros((2, 88), bool)
    held[0, 40] = foreseen[0, 40] = foreseen[1, 43] = True
    assert np.array_equal(targets(held), targets(held[:1]))
    assert np.array_equal(targets(held), targets(foreseen))
    assert not np.array_equal(targets(held), targets(np.zeros((1, 88), bool)))


def test_hands_that_collide_keep_clear_of_each_other():
    scene = SceneConfig(hand_collisions=True)
    steps = [(pitch, 10 + 6 * i, 15 + 6 * i) for i, pitch in enumerate((57, 58, 56, 54, 58, 61, 59, 58, 61))]
    roll = roll_of(80, *steps)
    played = pressed_steps(Simulator(scene), make_controller("reactive", scene), roll)
    assert all(set(range(onset, onset + 10)) & set(played.get(pitch, ())) for pitch, onset, _ in steps)


def test_several_targets_a_step_press_sooner_than_one(simulator):
    """The same keys, but a target that is to be reached at the end of the step costs the rest of the step."""
    melody = [60, 62, 64, 65, 67, 67, 65, 64, 62, 60]
    roll = roll_of(70, *((pitch, 10 + 5 * i, 10 + 5 * i + 4) for i, pitch in enumerate(melody)))
    strikes_s = {}
    for setting in Setting:
        listener = Listener()
        observed = ObservedSimulator(listener.observe)
        played = play_episode(observed, make_controller("reactive", SceneConfig(), setting=setting), roll)
        assert played.rows_per_step == (5 if setting is Setting.MUSICAL else 1)
        strikes = listener.heard(played).notes
        assert [strike.pitch for strike in strikes] == melody
        strikes_s[setting] = np.array([strike.onset_s for strike in strikes])
    assert (strikes_s[Setting.MUSICAL] - strikes_s[Setting.BENCHMARK]).mean() < -0.005
