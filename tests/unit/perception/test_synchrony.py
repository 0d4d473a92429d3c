"""Music found in a video in which fingers are over keys at known times."""

import numpy as np
import pytest
from scripted_pianist import LEFT, RIGHT, hands_m, trajectories

from pianomime_core.errors import UserError
from pianomime_core.keyboard import LOWEST_PITCH
from pianomime_perception.synchrony import synchronise

FINGER = np.random.default_rng(3).permutation(np.repeat(np.arange(10), 3))
ONSET_S = np.cumsum(np.random.default_rng(4).uniform(0.15, 0.5, len(FINGER))) - 0.15
ONSET_S -= ONSET_S[0]
KEY = np.array([(*RIGHT, *LEFT)[finger] for finger in FINGER]) - LOWEST_PITCH


def video(begins_s, length_s=14.0, rate_hz=30):
    time_s = np.arange(0, length_s, 1 / rate_hz)
    played = [
        (finger, begins_s + onset - 0.06, begins_s + onset + 0.06)
        for finger, onset in zip(FINGER, ONSET_S, strict=True)
    ]
    return trajectories(time_s, hands_m(time_s, played))


@pytest.mark.parametrize("begins_s", [0.0, 0.377, 1.5, 3.0])
def test_music_that_begins_late(begins_s):
    found = synchronise(video(begins_s), ONSET_S, KEY)
    assert found.offset_s == pytest.approx(begins_s, abs=0.03)
    assert found.distance_m < 0.003
    assert found.overlap == 1


def test_a_video_that_begins_late_or_ends_early():
    found = synchronise(video(-2.0, length_s=5.0), ONSET_S, KEY)
    assert found.offset_s == pytest.approx(-2.0, abs=0.03)
    assert found.overlap == pytest.approx(np.mean((ONSET_S >= 2) & (ONSET_S <= 7)), abs=0.05)
    assert found.distance_m < 0.003


def test_hands_that_are_not_seen_for_a_second():
    time_s = np.arange(0, 14, 1 / 30)
    played = [(finger, 1 + on - 0.06, 1 + on + 0.06) for finger, on in zip(FINGER, ONSET_S, strict=True)]
    points = hands_m(time_s, played)
    points[(time_s > 4) & (time_s < 5)] = np.nan
    found = synchronise(trajectories(time_s, points), ONSET_S, KEY)
    assert found.offset_s == pytest.approx(1.0, abs=0.03)


def test_other_music_is_far_away():
    found = synchronise(video(1.0), ONSET_S[::-1].max() - ONSET_S[::-1], KEY + 7)
    assert found.distance_m > 0.012
    assert synchronise(video(1.0), ONSET_S, KEY).near_share == 1


def test_music_of_which_nothing_fits_into_the_video():
    with pytest.raises(UserError, match=r"video of 0.1 s is too short .* 10% of the 30 notes"):
        synchronise(video(0.0, length_s=0.12), ONSET_S, KEY)
