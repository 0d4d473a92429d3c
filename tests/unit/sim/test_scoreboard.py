"""The scoreboard against the whole-piece score, whatever the order of windows and states."""

import numpy as np
import pytest

from pianomime_core.goal_window import goal_window
from pianomime_core.metrics import score
from pianomime_sim.scoreboard import Scoreboard

STEPS = 30


@pytest.fixture
def song():
    random = np.random.default_rng(5)
    return random.random((STEPS, 88)) < 0.03, random.random((STEPS, 88)) < 0.03


def test_at_the_end_it_is_the_score_of_the_piece(song):
    goal, pressed = song
    board = Scoreboard(STEPS)
    for step in range(STEPS):
        board.expect(step, goal_window(goal, step, 4))
        board.record(step, pressed[step])
        # Looked at while it fills, as in a performance.
        assert board.card() == score(goal[: step + 1], pressed[: step + 1])
    assert board.scored == STEPS
    assert np.array_equal(board.goal, goal)


def test_lost_windows_are_known_from_earlier_ones(song):
    goal, pressed = song
    board = Scoreboard(STEPS)
    for step in range(STEPS):
        if step % 4 == 0:
            board.expect(step, goal_window(goal, step, 4))
        board.record(step, pressed[step])
    assert board.card() == score(goal, pressed)


def test_goals_may_come_after_the_keys(song):
    goal, pressed = song
    board = Scoreboard(STEPS)
    for step in range(10):
        board.record(step, pressed[step])
    assert board.scored == 0
    with pytest.raises(ValueError, match="no frame"):
        board.card()
    board.expect(0, goal[:6])
    assert board.scored == 6
    assert board.card() == score(goal[:6], pressed[:6])
    board.expect(6, goal[6:])
    assert board.card() == score(goal[:10], pressed[:10])


def test_rows_past_the_end_are_dropped():
    board = Scoreboard(2)
    board.expect(1, np.ones((5, 88), dtype=bool))
    board.expect(7, np.ones((5, 88), dtype=bool))
    assert board.goal.tolist() == [[False] * 88, [True] * 88]


def test_live_the_silence_around_the_music_does_not_count(song):
    goal, pressed = song
    goal = goal.copy()
    goal[:4] = goal[10:14] = goal[-5:] = False
    goal[4:10, 40] = goal[14:-5, 40] = True
    board = Scoreboard(1000, trim=True)
    for step in range(STEPS):
        board.expect(step, goal_window(goal, step, 4))
        board.record(step, pressed[step])
        assert board.begun == (step >= 4)
        if board.begun:  # a rest counts when music follows it
            last = 10 if step in range(9, 14) else min(step + 1, STEPS - 5)
            assert board.card() == score(goal[4:last], pressed[4:last])
    assert board.card().frames == STEPS - 9


def test_nobody_played_live():
    board = Scoreboard(1000, trim=True)
    board.expect(0, np.zeros((4, 88), dtype=bool))
    board.record(0, np.ones(88, dtype=bool))
    assert not board.begun
    with pytest.raises(ValueError, match="no frame"):
        board.card()


def test_who_begins_in_the_middle_is_not_asked_about_the_beginning():
    board = Scoreboard(6, first=4)
    goal = np.zeros((6, 88), dtype=bool)
    goal[4:, 40] = True
    board.expect(4, goal[4:])
    assert (board.played, board.scored) == (4, 4)
    board.record(4, goal[4])
    board.record(5, ~goal[5])
    assert (board.played, board.scored, board.card().frames) == (6, 6, 2)


def test_what_nobody_told_was_silence():
    board = Scoreboard(6)
    wanted = np.zeros((2, 88), dtype=bool)
    wanted[:, 40] = True
    board.expect(0, wanted)
    for step in range(5):
        board.record(step, wanted[0])
    assert board.scored == 2
    board.expect(4, wanted)
    assert board.scored == 5
    assert board.goal[:, 40].tolist() == [True, True, False, False, True, True]


def test_a_source_that_begins_again_does_not_change_what_was_counted(song):
    goal, pressed = song
    board = Scoreboard(STEPS)
    for step in range(10):
        board.expect(step, goal_window(goal, step, 4))
        board.record(step, pressed[step])
    card = board.card()
    board.expect(0, np.zeros((12, 88), dtype=bool))
    assert board.card() == card
    assert np.array_equal(board.goal[:10], goal[:10])
    assert not board.goal[10:12].any()


def test_the_pedal_is_scored_where_a_window_asks_for_it():
    board = Scoreboard(6)
    goal, sustain = np.zeros((6, 88), dtype=bool), np.array([False, True, True, True, False, False])
    pedal = [False, False, True, True, True, False]
    for step in range(6):
        board.expect(step, goal_window(goal, step, 4), goal_window(sustain, step, 4))
        board.record(step, goal[step], pedal[step])
    assert board.goal_pedal.tolist() == sustain.tolist()
    assert board.pedal.tolist() == pedal
    assert board.card() == score(goal, goal, sustain, np.array(pedal))
    assert board.card().pedal_f1 == pytest.approx(2 * 2 / (3 + 3))
