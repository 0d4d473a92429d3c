"""Which messages make an observation, and that each step is answered once."""

import numpy as np
import pytest

from pianomime_core.errors import UnsafeError, UserError
from pianomime_policy.nodes.answering import Answering

GOAL = np.eye(6, 88, dtype=bool)
PEDAL = np.array([True, False, False, True, False, False])


class Recorder:
    """A controller that remembers what it was shown and answers with the step."""

    joint_names = ("a", "b")
    target_names = ("x",)

    def __init__(self, horizon_steps) -> None:
        self.horizon_steps = horizon_steps
        self.starts = []
        self.seen = []

    def start(self, goal, sustain):
        self.starts.append((goal.copy(), sustain.copy()))
        return np.array([0.5, -0.5])

    def act(self, observation):
        self.seen.append(observation)
        return np.array([float(observation.step)])


def show(answering, step, *, joints=True, keys=True, goal=True):
    if joints:
        answering.see_joints(step, np.array([step, 0.0]), np.zeros(2))
    if keys:
        answering.see_keys(step, np.full(88, float(step)))
    if goal:
        answering.see_goal(step, GOAL, PEDAL)
    return answering.answer()


def test_a_streaming_controller_begins_with_as_much_as_it_may_see():
    controller = Recorder(4)
    answering = Answering(controller)
    answering.see_song(GOAL, PEDAL)
    assert answering.begin(0, GOAL, PEDAL).tolist() == [0.5, -0.5]
    assert answering.begin(0, GOAL, PEDAL) is None
    [(goal, pedal)] = controller.starts
    assert np.array_equal(goal, GOAL[:4])
    assert pedal.tolist() == [True, False, False, True]


def test_a_whole_song_controller_begins_with_the_song():
    controller = Recorder(None)
    answering = Answering(controller)
    assert answering.begin(0, GOAL[:3], PEDAL[:3]) is None
    answering.see_song(GOAL, PEDAL)
    assert answering.begin(0, GOAL[:3], PEDAL[:3]) is not None
    assert np.array_equal(controller.starts[0][0], GOAL)


@pytest.mark.parametrize("horizon", [4, None])
def test_who_comes_late_begins_where_the_song_is(horizon):
    controller = Recorder(horizon)
    answering = Answering(controller)
    answering.see_song(
        np.concatenate([np.zeros((7, 88), dtype=bool), GOAL]), np.concatenate([np.zeros(7, bool), PEDAL])
    )
    assert answering.begin(7, GOAL, PEDAL) is not None
    assert np.array_equal(controller.starts[0][0], GOAL[:horizon])
    assert np.array_equal(controller.starts[0][1], PEDAL[:horizon])
    step, targets = show(answering, 7)
    assert (step, targets.tolist(), answering.skipped) == (7, [0.0], 0)
    assert show(answering, 9)[1].tolist() == [2.0]
    assert [seen.step for seen in controller.seen] == [0, 2]
    assert answering.seen()[0] == 9


def test_there_is_nothing_to_begin_after_the_end():
    answering = Answering(Recorder(None))
    answering.see_song(GOAL, PEDAL)
    assert answering.begin(len(GOAL), GOAL, PEDAL) is None
    assert answering.seen() is None


def test_a_window_that_is_too_short_is_an_error():
    with pytest.raises(UserError, match=r"horizon_steps of midi_node is 6.*40"):
        Answering(Recorder(40)).begin(0, GOAL, PEDAL)


def test_nothing_is_answered_before_the_start():
    assert show(Answering(Recorder(4)), 0) is None


def test_only_messages_of_one_step_are_paired():
    controller = Recorder(4)
    answering = Answering(controller)
    answering.begin(0, GOAL, PEDAL)
    assert show(answering, 0, goal=False) is None
    assert show(answering, 1, joints=False) is None  # keys and goal of 1, hands of 0
    step, targets = show(answering, 1)
    assert (step, targets.tolist()) == (1, [1.0])
    [observation] = controller.seen
    assert observation.step == 1
    assert observation.goal.shape == (4, 88)
    assert observation.sustain.shape == (4,)
    assert observation.joint_positions.tolist() == [1.0, 0.0]
    assert observation.key_angles[87] == 1.0


def test_an_observation_says_how_loud():
    controller = Recorder(4)
    answering = Answering(controller)
    answering.begin(0, GOAL, PEDAL)
    answering.see_goal(0, GOAL, PEDAL, np.where(GOAL, np.uint8(99), np.uint8(0)))
    show(answering, 0, goal=False)
    show(answering, 1)
    told, untold = controller.seen
    assert told.velocity.tolist() == np.where(GOAL[:4], 99, 0).tolist()
    assert untold.velocity.tolist() == np.where(GOAL[:4], 64, 0).tolist()


def test_targets_that_are_not_finite_stop_everything():
    answering = Answering(Recorder(4))
    answering.begin(0, GOAL, PEDAL)
    answering._controller.act = lambda observation: np.array([np.inf])
    with pytest.raises(UnsafeError, match=r"step 2 .* x = inf$"):
        show(answering, 2)


def test_a_step_is_answered_once_and_repeated_on_request():
    controller = Recorder(4)
    answering = Answering(controller)
    answering.begin(0, GOAL, PEDAL)
    assert answering.repeat(0) is None
    assert show(answering, 0) is not None
    assert show(answering, 0) is None
    assert len(controller.seen) == 1
    assert answering.repeat(0).tolist() == [0.0]
    assert answering.repeat(1) is None


def test_lost_steps_are_passed_over():
    controller = Recorder(4)
    answering = Answering(controller)
    answering.begin(0, GOAL, PEDAL)
    assert [show(answering, step)[0] for step in (0, 1, 5)] == [0, 1, 5]
    assert answering.skipped == 3


@pytest.mark.parametrize("horizon", [4, None])
def test_another_performance_is_begun_whatever_is_known_of_the_one_before(horizon):
    controller = Recorder(horizon)
    answering = Answering(controller)
    other = GOAL[::-1].copy()
    for performance, goal in (("a", GOAL), ("b", other)):
        answering.see_song(goal, PEDAL, performance)
        answering.attend(performance)
        answering.attend(performance)
        assert answering.begin(0, goal, PEDAL) is not None
        # What is left over of the one before must not be paired with what is new.
        assert show(answering, 0, goal=False, keys=False) is None
        assert show(answering, 0)[0] == 0
        assert show(answering, 1)[0] == 1
    first, second = controller.starts
    assert np.array_equal(first[0], GOAL[:horizon])
    assert np.array_equal(second[0], other[:horizon])


def test_a_whole_song_controller_waits_for_the_song_of_its_performance():
    answering = Answering(Recorder(None))
    answering.see_song(GOAL, PEDAL, "a")
    answering.attend("b")
    assert answering.begin(0, GOAL, PEDAL) is None
    answering.see_song(GOAL, PEDAL, "b")
    assert answering.begin(0, GOAL, PEDAL) is not None
