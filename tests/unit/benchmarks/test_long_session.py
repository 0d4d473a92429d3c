"""A session in simulated time is played to its end; intended memory growth is distinguished from leaks."""

import numpy as np
import pytest
from benchmarks.long_session import LongSession, LongSessionOptions, StillSimulator, main

from pianomime_core.errors import UserError
from pianomime_core.piano_roll import PianoRoll

STEPS, HALF = 120, 60


@pytest.fixture
def session() -> LongSession:
    goal = np.zeros((STEPS, 88), dtype=np.bool_)
    goal[::2, 40] = True
    minutes = (HALF / 1200, STEPS / 1200)
    return LongSession(PianoRoll(goal, np.zeros(STEPS, dtype=np.bool_)), StillSimulator(), minutes)


def test_every_step_is_answered_and_scored(session: LongSession) -> None:
    marks = session.play()
    assert [round(mark.minutes * 1200) for mark in marks] == [HALF, STEPS]
    board = session.scoreboard
    assert (board.played, board.scored) == (STEPS, STEPS)
    # Every second frame is silent, and no key was pressed; the silence after the last key does not count.
    assert board.card().f1 == pytest.approx((HALF - 1) / (STEPS - 1))
    assert session.playback.missed_steps == []
    assert all(mark.report_ms["report_max_ms"] > 0 for mark in marks)


def test_what_a_rollout_keeps_grows_with_the_steps(session: LongSession) -> None:
    first, last = session.play()
    # 46 float32 targets, two rows of 88 keys and a pedal for each step, and the headers of the arrays.
    least_mb = HALF * (46 * 4 + 2 * 88 + 1) / 2**20
    assert least_mb < last.kept_mb - first.kept_mb < 1.5 * least_mb


@pytest.mark.parametrize("minutes", [0.5, -1.0, float("nan"), float("inf")])
def test_a_length_that_is_none(minutes: float) -> None:
    with pytest.raises(UserError, match=f"minutes {minutes}: want 1 or more"):
        main(LongSessionOptions(minutes=minutes))
