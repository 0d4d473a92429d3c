"""Which messages make an observation, and that each step is answered exactly once."""

import numpy as np
import pytest
from recording_controller import Recorder

from pianomime_core.errors import UnsafeError, UserError
from pianomime_core.goal_window import GoalRows, roll_window
from pianomime_core.notes import Note, Score
from pianomime_core.piano_roll import piano_roll, usual_velocity
from pianomime_policy.controllers.controller import Action
from pianomime_policy.nodes.step_synchroniser import StepSynchroniser

GOAL = np.eye(6, 88, dtype=bool)
PEDAL = np.array([True, False, False, True, False, False])


def window(goal=GOAL, pedal=PEDAL):
    return GoalRows(goal, pedal, usual_velocity(goal))


def show(synchroniser, step, *, joints=True, keys=True, goal=True):
    if joints:
        synchroniser.receive_joints(step, np.array([step, 0.0]), np.zeros(2))
    if keys:
        synchroniser.receive_keys(step, np.full(88, float(step)))
    if goal:
        synchroniser.receive_goal(step, window())
    answer = synchroniser.answer()
    return answer and (answer[0], answer[1].targets)


def test_a_streaming_controller_begins_with_as_much_as_it_may_see():
    controller = Recorder(4)
    synchroniser = StepSynchroniser(controller)
    synchroniser.receive_song(window())
    assert synchroniser.begin(0, window()).tolist() == [0.5, -0.5]
    assert synchroniser.begin(0, window()) is None
    [(goal, pedal)] = controller.starts
    assert np.array_equal(goal, GOAL[:4])
    assert pedal.tolist() == [True, False, False, True]


def test_a_whole_song_controller_begins_with_the_song():
    controller = Recorder(None)
    synchroniser = StepSynchroniser(controller)
    assert synchroniser.begin(0, window(GOAL[:3], PEDAL[:3])) is None
    synchroniser.receive_song(window())
    assert synchroniser.begin(0, window(GOAL[:3], PEDAL[:3])) is not None
    assert np.array_equal(controller.starts[0][0], GOAL)


@pytest.mark.parametrize("horizon", [4, None])
def test_a_late_start_begins_where_the_song_is(horizon):
    controller = Recorder(horizon)
    synchroniser = StepSynchroniser(controller)
    silence = np.zeros((7, 88), dtype=bool)
    synchroniser.receive_song(window(np.concatenate([silence, GOAL]), np.concatenate([silence[:, 0], PEDAL])))
    assert synchroniser.begin(7, window()) is not None
    assert np.array_equal(controller.starts[0][0], GOAL[:horizon])
    assert np.array_equal(controller.starts[0][1], PEDAL[:horizon])
    step, targets = show(synchroniser, 7)
    assert (step, targets.tolist(), synchroniser.skipped) == (7, [0.0], 0)
    assert show(synchroniser, 9)[1].tolist() == [2.0]
    assert [seen.step for seen in controller.seen] == [0, 2]
    assert synchroniser.latest_joints()[0] == 9


def test_there_is_nothing_to_begin_after_the_end():
    synchroniser = StepSynchroniser(Recorder(None))
    synchroniser.receive_song(window())
    assert synchroniser.begin(len(GOAL), window()) is None
    assert synchroniser.latest_joints() is None


def test_a_window_that_is_too_short_is_an_error():
    with pytest.raises(UserError, match=r"horizon_steps of midi_node is 6.*40"):
        StepSynchroniser(Recorder(40)).begin(0, window())


def test_nothing_is_answered_before_the_start():
    assert show(StepSynchroniser(Recorder(4)), 0) is None


def test_only_messages_of_one_step_are_paired():
    controller = Recorder(4)
    synchroniser = StepSynchroniser(controller)
    synchroniser.begin(0, window())
    assert show(synchroniser, 0, goal=False) is None
    assert show(synchroniser, 1, joints=False) is None  # keys and goal of 1, hands of 0
    step, targets = show(synchroniser, 1)
    assert (step, targets.tolist()) == (1, [1.0])
    [observation] = controller.seen
    assert observation.step == 1
    assert observation.goal.shape == (4, 88)
    assert observation.sustain.shape == (4,)
    assert observation.joint_positions.tolist() == [1.0, 0.0]
    assert observation.key_angles[87] == 1.0


def test_an_observation_has_velocities():
    controller = Recorder(4)
    synchroniser = StepSynchroniser(controller)
    synchroniser.begin(0, window())
    synchroniser.receive_goal(0, window()._replace(velocity=np.where(GOAL, np.uint8(99), np.uint8(0))))
    show(synchroniser, 0, goal=False)
    show(synchroniser, 1)
    told, untold = controller.seen
    assert told.velocity.tolist() == np.where(GOAL[:4], 99, 0).tolist()
    assert untold.velocity.tolist() == np.where(GOAL[:4], 64, 0).tolist()


def test_targets_that_are_not_finite_stop_everything():
    controller = Recorder(4)
    synchroniser = StepSynchroniser(controller)
    synchroniser.begin(0, window())
    controller.act = lambda observation: Action(np.array([np.inf]))
    with pytest.raises(UnsafeError, match=r"step 2 .* x = inf$"):
        show(synchroniser, 2)


def test_a_step_is_answered_once_and_repeated_on_request():
    controller = Recorder(4)
    synchroniser = StepSynchroniser(controller)
    synchroniser.begin(0, window())
    assert synchroniser.repeat(0) is None
    assert show(synchroniser, 0) is not None
    assert show(synchroniser, 0) is None
    assert len(controller.seen) == 1
    assert synchroniser.repeat(0).targets.tolist() == [0.0]
    assert synchroniser.repeat(1) is None


def test_lost_steps_are_passed_over():
    controller = Recorder(4)
    synchroniser = StepSynchroniser(controller)
    synchroniser.begin(0, window())
    assert [show(synchroniser, step)[0] for step in (0, 1, 5)] == [0, 1, 5]
    assert synchroniser.skipped == 3


@pytest.mark.parametrize("horizon", [4, None])
def test_another_performance_is_begun_whatever_is_known_of_the_one_before(horizon):
    controller = Recorder(horizon)
    synchroniser = StepSynchroniser(controller)
    other = GOAL[::-1].copy()
    for performance, goal in (("a", GOAL), ("b", other)):
        synchroniser.receive_song(window(goal), performance)
        synchroniser.select_performance(performance)
        synchroniser.select_performance(performance)
        assert synchroniser.begin(0, window(goal)) is not None
        # What is left over of the one before must not be paired with what is new.
        assert show(synchroniser, 0, goal=False, keys=False) is None
        assert show(synchroniser, 0)[0] == 0
        assert show(synchroniser, 1)[0] == 1
    first, second = controller.starts
    assert np.array_equal(first[0], GOAL[:horizon])
    assert np.array_equal(second[0], other[:horizon])


def test_a_whole_song_controller_waits_for_the_song_of_its_performance():
    synchroniser = StepSynchroniser(Recorder(None))
    synchroniser.receive_song(window(), "a")
    synchroniser.select_performance("b")
    assert synchroniser.begin(0, window()) is None
    synchroniser.receive_song(window(), "b")
    assert synchroniser.begin(0, window()) is not None


def test_for_a_controller_that_begins_late_the_notes_do_so_too():
    roll = piano_roll(Score((Note(60, 0.0, 1.0), Note(62, 1.0, 3.0)), ()))
    controller = Recorder(4)
    synchroniser = StepSynchroniser(controller)
    synchroniser.begin(18, roll_window(roll, 18, 10))
    synchroniser.receive_joints(18, np.zeros(2), np.zeros(2))
    synchroniser.receive_keys(18, np.zeros(88))
    synchroniser.receive_goal(18, roll_window(roll, 18, 10))
    synchroniser.answer()
    [seen] = controller.seen
    assert seen.step == 0
    assert seen.notes.onset_s == pytest.approx([0.0, 0.1])
    assert seen.notes.end_s == pytest.approx([0.1, np.inf])
    assert seen.notes.known_s == pytest.approx(0.2)
