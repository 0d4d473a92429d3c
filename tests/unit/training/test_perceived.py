"""Perceived demonstrations in the order of the archive of demonstrations."""

import numpy as np
import pytest
from training.demonstrations import FINGERTIP_NAMES
from training.perceived import learnable

from pianomime_core.demonstration import POINTS, Demonstration
from pianomime_core.errors import UserError
from pianomime_core.hands import SIDES

ROWS = 7


def seen(unseen=((2, 5, 1),)) -> Demonstration:
    """Three notes of a right thumb, a left little finger and without finger; `unseen` are (first, end, hand)."""
    points = np.zeros((ROWS, 2, 6, 3), dtype=np.float32)
    points[..., 0] = np.arange(ROWS)[:, None, None] / 100
    points[..., 1] = np.arange(2)[:, None]
    points[..., 2] = np.arange(6)
    valid = np.ones((ROWS, 2), dtype=bool)
    for first, end, hand in unseen:
        valid[first:end, hand] = False
    points[~valid] = np.nan
    return Demonstration(
        time_s=np.arange(ROWS) * 0.05,
        points_m=points,
        valid=valid,
        confidence=valid.astype(np.float32),
        onset_s=np.array([0.0, 0.1, 0.2]),
        offset_s=np.array([0.1, 0.3, 0.33]),
        pitch=np.array([60, 40, 70]),
        velocity=np.full(3, 64),
        finger=np.array([0, 9, -1]),
        pedal_s=np.zeros(0),
        pedal_down=np.zeros(0, dtype=bool),
        video_offset_s=0.0,
        assignment_distance_m=0.0,
        keyboard={},
        metadata={},
    )


def test_orders_of_the_archive():
    clip = learnable(seen(), clip=3, song=2)
    assert (clip.clip, clip.song, clip.expert) == (3, 2, None)
    assert clip.goal.shape == (ROWS, 88)
    assert clip.fingertips_m.shape == (ROWS, 12, 3)
    assert clip.fingertips_m.dtype == np.float32
    for column, name in enumerate(FINGERTIP_NAMES):
        side, point = name.split("_")
        # The gap of the left hand, rows 2 to 4, is bridged evenly: x rises as it does elsewhere.
        np.testing.assert_allclose(clip.fingertips_m[:, column, 0], np.arange(ROWS) / 100, atol=1e-6)
        assert (clip.fingertips_m[:, column, 1] == SIDES.index(side)).all()
        assert (clip.fingertips_m[:, column, 2] == POINTS.index(point)).all()


def test_fingers_hold_keys_where_the_goal_wants_them():
    clip = learnable(seen(), clip=0, song=0)
    assert clip.fingering[:, 0].tolist() == [39, 39, -1, -1, -1, -1, -1]
    assert clip.fingering[:, 9].tolist() == [-1, -1, 19, 19, 19, 19, -1]
    assert (np.delete(clip.fingering, [0, 9], axis=1) == -1).all()
    for row, finger in zip(*np.nonzero(clip.fingering >= 0), strict=True):
        assert clip.goal[row, clip.fingering[row, finger]]


def test_a_hand_rests_before_and_after():
    clip = learnable(seen([(0, 2, 0), (5, 7, 0)]), clip=0, song=0)
    right = clip.fingertips_m[:, FINGERTIP_NAMES.index("rh_wrist"), 0]
    np.testing.assert_allclose(right, np.array([2, 2, 2, 3, 4, 4, 4]) / 100, atol=1e-6)


def test_a_hand_that_is_never_seen_cannot_be_learned_from():
    with pytest.raises(UserError, match="no lh hand"):
        learnable(seen([(0, ROWS, 1)]), clip=0, song=0)
