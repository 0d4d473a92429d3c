"""Scripted fingertips: each over its own key, in front of the keyboard unless it plays."""

import numpy as np

from pianomime_core.keyboard import KEYBOARD, LOWEST_PITCH
from pianomime_perception.trajectories import Trajectories

C4 = 60
RIGHT = (60, 62, 64, 65, 67)
"""Pitches under the right thumb to little finger."""
LEFT = (55, 53, 52, 50, 48)
AWAY_X_M = 0.112
"""37 mm before the keys."""
PLAYING_X_M = 0.04


def key_y_m(pitch: int) -> float:
    return float(KEYBOARD.center_y_m[pitch - LOWEST_PITCH])


def hands_m(time_s, played=(), pitches=(RIGHT, LEFT)):
    """(F, 2, 6, 2): `played` are (finger 0..9, from [s], to [s]); wrists lie behind the middle fingers."""
    points = np.zeros((len(time_s), 2, 6, 2))
    points[..., 0] = AWAY_X_M
    for side in range(2):
        points[:, side, 1:, 1] = [key_y_m(pitch) for pitch in pitches[side]]
        points[:, side, 0] = 0.25, key_y_m(pitches[side][2])
    for finger, begin_s, end_s in played:
        points[(time_s >= begin_s) & (time_s <= end_s), finger // 5, 1 + finger % 5, 0] = PLAYING_X_M
    return points


def trajectories(time_s, points_m, score=0.9) -> Trajectories:
    return Trajectories(time_s, points_m, np.where(np.isfinite(points_m).all(axis=(2, 3)), score, 0.0))
