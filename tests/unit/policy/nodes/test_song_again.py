"""A restarted song: what the controller observes, and that left-over messages do no harm."""

from itertools import permutations

import numpy as np
import pytest

from pianomime_core.goal_window import GoalRows, roll_window
from pianomime_core.notes import Note, Score
from pianomime_core.piano_roll import piano_roll, usual_velocity
from pianomime_description.variant import SceneConfig
from pianomime_physics.simulator import Simulator
from pianomime_policy.controllers.controller import Action
from pianomime_policy.controllers.registry import make_controller
from pianomime_policy.nodes.step_synchroniser import StepSynchroniser

GOAL = np.eye(6, 88, dtype=bool)
WINDOW = GoalRows(GOAL, np.zeros(6, dtype=bool), usual_velocity(GOAL))


class Recorder:
    joint_names = ("a", "b")
    target_names = ("x",)

    def __init__(self, horizon_steps) -> None:
        self.horizon_steps = horizon_steps
        self.starts = 0
        self.seen = []

    def start(self, goal, sustain):
        self.starts += 1
        return np.zeros(2)

    def act(self, observation):
        self.seen.append(observation.step)
        return Action(np.array([float(observation.step)]))


def targets_of(answer):
    return answer and (answer[0], answer[1].targets)


def show(synchroniser, step, *, window=None):
    synchroniser.receive_joints(step, np.zeros(2), np.zeros(2))
    synchroniser.receive_keys(step, np.zeros(88))
    at = step if window is None else window
    synchroniser.begin(at, WINDOW)
    synchroniser.receive_goal(at, WINDOW)
    return targets_of(synchroniser.answer())


@pytest.mark.parametrize("horizon_steps", [4, None])
def test_a_state_of_step_0_after_others_begins_the_song_again(horizon_steps):
    controller = Recorder(horizon_steps)
    synchroniser = StepSynchroniser(controller)
    synchroniser.receive_song(WINDOW)
    for step in (0, 1, 2, 0, 1):
        assert show(synchroniser, step)[0] == step
    assert controller.starts == 2
    assert controller.seen == [0, 1, 2, 0, 1]
    assert synchroniser.skipped == 0


def test_windows_and_states_left_over_from_before_begin_nothing():
    controller = Recorder(4)
    synchroniser = StepSynchroniser(controller)
    for step in range(3):
        show(synchroniser, step)
    synchroniser.receive_keys(0, np.zeros(88))
    synchroniser.receive_joints(3, np.zeros(2), np.zeros(2))
    assert synchroniser.begin(3, WINDOW) is None
    assert controller.starts == 1
    assert show(synchroniser, 0) == (0, np.array([0.0]))
    assert controller.starts == 2


@pytest.mark.parametrize("old", [0, 2, 4])
@pytest.mark.parametrize("kind", ["joints", "keys", "goal"])
def test_one_old_message_changes_nothing_and_the_next_step_is_answered(kind, old):
    """From any sender: it may replace the message of this step, nothing more."""
    controller = Recorder(4)
    synchroniser = StepSynchroniser(controller)
    for step in range(5):
        show(synchroniser, step)
    synchroniser.receive_joints(5, np.zeros(2), np.zeros(2))
    synchroniser.receive_keys(5, np.zeros(88))
    {
        "joints": lambda: synchroniser.receive_joints(old, np.zeros(2), np.zeros(2)),
        "keys": lambda: synchroniser.receive_keys(old, np.zeros(88)),
        "goal": lambda: synchroniser.receive_goal(old, WINDOW),
    }[kind]()
    assert synchroniser.answer() is None
    assert show(synchroniser, 6)[0] == 6
    assert (controller.starts, controller.seen) == (1, [0, 1, 2, 3, 4, 6])


@pytest.mark.parametrize("order", list(permutations(("joints", "keys", "goal"))))
def test_a_song_begins_again_in_whatever_order_its_messages_come(order):
    controller = Recorder(4)
    synchroniser = StepSynchroniser(controller)
    for step in range(3):
        show(synchroniser, step)
    see = {
        "joints": lambda: synchroniser.receive_joints(0, np.zeros(2), np.zeros(2)),
        "keys": lambda: synchroniser.receive_keys(0, np.zeros(88)),
        "goal": lambda: synchroniser.receive_goal(0, WINDOW),
    }
    for kind in order:
        assert synchroniser.answer() is None
        see[kind]()
    assert targets_of(synchroniser.answer()) == (0, np.array([0.0]))
    assert controller.starts == 2


@pytest.mark.parametrize("name", ["streaming", "reactive"])
def test_a_controller_that_begins_again_plays_as_a_new_one(name):
    notes = tuple(Note(60 + k, 0.2 * k, 0.2 * k + 0.15, 80) for k in range(4))
    roll = piano_roll(Score(notes=notes, sustain=(), title=""))
    simulator, start = Simulator(SceneConfig()), []

    def play(synchroniser, steps):
        targets = []
        state = None
        for step in range(steps):
            window = roll_window(roll, step, 40)
            if state is None:
                # A simulator begins again where it began.
                positions = synchroniser.begin(0, window)
                start[:] = start if positions is None else [positions]
                state = simulator.reset(start[0])
            synchroniser.receive_keys(step, state.key_angles)
            synchroniser.receive_joints(step, state.joint_positions, state.joint_velocities)
            synchroniser.receive_goal(step, window)
            targets.append(synchroniser.answer()[1].targets)
            state = simulator.step(targets[-1])
        return np.array(targets)

    again = StepSynchroniser(make_controller(name, SceneConfig()))
    play(again, 9)
    assert np.array_equal(
        play(again, len(roll.goal)), play(StepSynchroniser(make_controller(name, SceneConfig())), len(roll.goal))
    )
