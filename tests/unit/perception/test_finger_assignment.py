"""Fingers of notes with known answers."""

import numpy as np
import pytest
from scripted_pianist import LEFT, PLAYING_X_M, RIGHT, hands_m, key_y_m, trajectories

from pianomime_core.keyboard import LOWEST_PITCH
from pianomime_perception.finger_assignment import assign_fingers

TIME_S = np.arange(0, 3, 1 / 60)
OVER = [(finger, 0, 3) for finger in range(10)]


def assign(points_m, *notes, offset_s=0.0):
    """Notes are (pitch, onset, end)."""
    pitch, onset_s, end_s = (np.array(column) for column in zip(*notes, strict=True))
    return assign_fingers(
        trajectories(TIME_S, points_m), offset_s, onset_s.astype(float), end_s.astype(float), pitch - LOWEST_PITCH
    )


def test_every_finger_plays_the_key_under_it():
    notes = [(pitch, 0.5, 1.0) for pitch in sorted((*RIGHT, *LEFT))]
    found = assign(hands_m(TIME_S, OVER), *notes)
    assert found.finger.tolist() == [9, 8, 7, 6, 5, 0, 1, 2, 3, 4]
    np.testing.assert_allclose(found.distance_m, 0, atol=1e-6)
    np.testing.assert_allclose(found.held_until_s, 1.0)


def between(pitch_a, pitch_b, share):
    return key_y_m(pitch_a) + share * (key_y_m(pitch_b) - key_y_m(pitch_a))


def test_chords_are_decided_together():
    # The index is nearer to both C and D than anybody; one by one it would take C, and D would go to the middle finger,
    # which stands over E. Together the thumb, a little left of C, plays C.
    points = hands_m(TIME_S, OVER)
    points[:, 0, 1, 1] = between(60, 62, -0.6)
    points[:, 0, 2, 1] = between(60, 62, 0.5)
    found = assign(points, (60, 0.5, 1.0), (62, 0.5, 1.0))
    assert found.finger.tolist() == [0, 1]
    assert assign(points, (60, 0.5, 1.0)).finger.tolist() == [1]
    # Notes of a chord need not come at once.
    assert assign(points, (60, 0.5, 1.0), (62, 0.53, 1.0)).finger.tolist() == [0, 1]


def test_a_held_key_keeps_its_finger_and_the_finger_its_key():
    # The thumb holds C; a D comes while only the thumb is near: nobody else within two white keys but the index.
    points = hands_m(TIME_S, OVER)
    points[TIME_S > 1, 0, 1, 1] = between(60, 62, 0.6)
    found = assign(points, (60, 0.5, 2.0), (62, 1.2, 1.5))
    assert found.finger.tolist() == [0, 1]
    points[:, 0, 2:, 0] += 0.3
    points[:, 1, 1:, 0] += 0.3
    assert assign(points, (60, 0.5, 2.0), (62, 1.2, 1.5)).finger.tolist() == [0, -1]
    # Once C is let go, or a little before, the thumb may.
    assert assign(points, (60, 0.5, 1.0), (62, 1.2, 1.5)).finger.tolist() == [0, 0]
    assert assign(points, (60, 0.5, 1.24), (62, 1.2, 1.5)).finger.tolist() == [0, 0]


def test_a_finger_that_is_seen_elsewhere_has_let_go():
    # The music (a pedal, say) holds C for 2 s; the thumb is three keys away after one and plays F there.
    points = hands_m(TIME_S, OVER)
    points[TIME_S >= 1.5, 0, 1, 1] = key_y_m(65)
    points[:, 0, 2:, 0] += 0.3
    points[:, 1, 1:, 0] += 0.3
    found = assign(points, (60, 0.5, 2.5), (65, 2.0, 2.4))
    assert found.finger.tolist() == [0, 0]
    np.testing.assert_allclose(found.held_until_s, [1.5, 2.4], atol=0.03)


def test_a_key_struck_again_may_have_the_same_finger_at_once():
    points = hands_m(TIME_S, OVER)
    found = assign(points, (60, 0.5, 0.62), (60, 0.56, 0.7))
    assert found.finger.tolist() == [0, 0]


@pytest.mark.parametrize("far", [(96, 0.5, 1.0), (60, 10.0, 10.5), (60, -1.0, -0.5)])
def test_nobody_plays_what_is_far_away_in_space_or_time(far):
    found = assign(hands_m(TIME_S, OVER), far)
    assert found.finger.tolist() == [-1]
    assert np.isnan(found.distance_m).all()
    np.testing.assert_allclose(found.held_until_s, far[2])


def test_a_hand_that_is_not_seen_plays_nothing():
    points = hands_m(TIME_S, OVER)
    points[(TIME_S > 1) & (TIME_S < 2), 0] = np.nan
    found = assign(points, (60, 0.5, 0.7), (60, 1.3, 1.6), (48, 1.3, 1.6), (60, 2.3, 2.6))
    assert found.finger.tolist() == [0, -1, 9, 0]


def test_video_time_is_not_music_time():
    points = hands_m(TIME_S, [(0, 1.9, 2.3)])
    points[TIME_S < 1.5, 0, 2, :] = PLAYING_X_M, key_y_m(60)
    assert assign(points, (60, 0.0, 0.3), offset_s=2.0).finger.tolist() == [0]
    assert assign(points, (60, 0.0, 0.3), offset_s=1.0).finger.tolist() == [1]
