"""Scores against hand-counted frames, scikit-learn by way of RoboPianist, and mir_eval."""

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from mir_eval import transcription, util
from numpy.typing import NDArray

from pianomime_core.metrics import RunningScore, ScoreCard, score

ROBOPIANIST_METRICS = Path(__file__).parents[2] / "reference" / "frame_metrics.npz"


def roll(*rows: set[int]) -> NDArray[np.bool_]:
    """One row a frame, given by the keys that are down."""
    frames = np.zeros((len(rows), 88), dtype=bool)
    for frame, keys in zip(frames, rows, strict=True):
        frame[list(keys)] = True
    return frames


def frame_scores(goal: set[int], pressed: set[int]) -> tuple[float, float, float]:
    card = score(roll(goal), roll(pressed))
    return card.precision, card.recall, card.f1


def test_one_frame() -> None:
    assert frame_scores(set(), set()) == (1.0, 1.0, 1.0), "silence kept"
    assert frame_scores({1}, set()) == (1.0, 0.0, 0.0), "nothing pressed: nothing wrong, nothing right"
    assert frame_scores(set(), {1}) == (0.0, 1.0, 0.0), "only wrong keys score 0, not 1"
    assert frame_scores({1}, {2}) == (0.0, 0.0, 0.0)
    assert frame_scores({1, 2, 3}, {1, 2, 4, 5}) == pytest.approx((2 / 4, 2 / 3, 4 / 7))


def test_a_piece_by_hand() -> None:
    goal = roll(set(), {1}, {1, 2}, {2}, set())
    pressed = roll(set(), set(), {1, 2}, {2, 3}, set())
    assert score(goal, pressed) == ScoreCard(
        precision=pytest.approx((1 + 1 + 1 + 1 / 2 + 1) / 5),
        recall=pytest.approx((1 + 0 + 1 + 1 + 1) / 5),
        f1=pytest.approx((1 + 0 + 1 + 2 / 3 + 1) / 5),
        micro_precision=3 / 4,
        micro_recall=3 / 4,
        micro_f1=3 / 4,
        active_f1=pytest.approx((0 + 1 + 2 / 3) / 3),
        # Key 1 begins one frame late, key 2 in time, key 3 is a wrong note.
        onset_precision=2 / 3,
        onset_recall=1.0,
        onset_f1=0.8,
        do_nothing_f1=2 / 5,
        frames=5,
    )


def test_equals_robopianist() -> None:
    """The fixture was written by tests/reference/make_core_fixtures.py with the call of RoboPianist's wrapper."""
    fixture = np.load(ROBOPIANIST_METRICS)
    card = score(fixture["goal"], fixture["pressed"])
    assert (card.precision, card.recall, card.f1) == pytest.approx(tuple(fixture["precision_recall_f1"]), abs=1e-12)


def onsets(frames: NDArray[np.bool_]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Intervals [s] and pitches [Hz] for mir_eval."""
    before = np.vstack([np.zeros((1, frames.shape[1]), dtype=bool), frames[:-1]])
    starts, keys = np.nonzero(frames & ~before)
    return np.stack([starts * 0.05, starts * 0.05 + 0.05], axis=1), util.midi_to_hz(keys + 21.0)


few_keys = arrays(bool, st.tuples(st.integers(1, 40), st.just(3)))


@settings(deadline=None)
@given(few_keys, few_keys)
def test_onsets_equal_mir_eval(goal_keys: NDArray[np.bool_], pressed_keys: NDArray[np.bool_]) -> None:
    frames = min(len(goal_keys), len(pressed_keys))
    goal, pressed = np.zeros((2, frames, 88), dtype=bool)
    goal[:, 40:43], pressed[:, 40:43] = goal_keys[:frames], pressed_keys[:frames]
    card = score(goal, pressed)
    truth, answer = onsets(goal), onsets(pressed)
    if len(truth[0]) and len(answer[0]):
        expected = transcription.precision_recall_f1_overlap(*truth, *answer, onset_tolerance=0.05, offset_ratio=None)[
            :3
        ]
        assert (card.onset_precision, card.onset_recall, card.onset_f1) == pytest.approx(expected)
    else:  # mir_eval calls it 0 when either is empty; two empty ones agree here
        assert card.onset_f1 == float(len(truth[0]) == len(answer[0]))


full_rolls = arrays(bool, st.tuples(st.integers(1, 12), st.just(88)), fill=st.just(False))


@settings(deadline=None)
@given(full_rolls, full_rolls)
def test_bounds(goal: NDArray[np.bool_], pressed: NDArray[np.bool_]) -> None:
    frames = min(len(goal), len(pressed))
    card = score(goal[:frames], pressed[:frames])
    assert all(0.0 <= value <= 1.0 for name, value in card.as_dict().items() if name != "frames")
    assert card.f1 <= (card.precision + card.recall) / 2 + 1e-12
    assert score(goal, goal).as_dict() | {"do_nothing_f1": 1.0, "frames": 1} == dict.fromkeys(card.as_dict(), 1.0), (
        "a perfect performance"
    )
    assert score(goal, np.zeros_like(goal)).f1 == pytest.approx(score(goal, goal).do_nothing_f1)


def test_running_score_is_the_score_so_far() -> None:
    rng = np.random.default_rng(1)
    goal, pressed = rng.random((2, 30, 88)) < 0.1
    running = RunningScore()
    for frame in range(30):
        running.update(goal[frame], pressed[frame].astype(np.uint8))
        assert running.card() == score(goal[: frame + 1], pressed[: frame + 1])


def test_bad_shapes() -> None:
    with pytest.raises(ValueError, match="differ in shape"):
        score(np.zeros((3, 88), dtype=bool), np.zeros((2, 88), dtype=bool))
    with pytest.raises(ValueError, match="88 keys"):
        score(np.zeros((3, 87), dtype=bool), np.zeros((3, 87), dtype=bool))
    with pytest.raises(ValueError, match="no frame"):
        score(np.zeros((0, 88), dtype=bool), np.zeros((0, 88), dtype=bool))


def test_the_pedal_has_a_score_of_its_own_where_it_is_wanted() -> None:
    rng = np.random.default_rng(2)
    goal, pressed = rng.random((2, 5, 88)) < 0.1
    wanted, down = np.array([0, 1, 1, 1, 0], dtype=bool), np.array([0, 0, 1, 1, 1], dtype=bool)
    keys = score(goal, pressed)
    assert keys.pedal_f1 is None
    assert "pedal_f1" not in keys.as_dict()
    both = score(goal, pressed, wanted, down)
    assert both.as_dict() == keys.as_dict() | {"pedal_f1": pytest.approx(2 * 2 / (3 + 3))}
    assert score(goal, pressed, wanted).pedal_f1 == 0.0
    assert score(goal, pressed, np.zeros(5, dtype=bool), down) == keys, "a pedal that nobody wants is not judged"
