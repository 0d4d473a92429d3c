"""Hand path: where each hand's centre is along the keyboard, and how far it reaches into the keys, at every step.

Fingering says which keys the fingers of a hand hold at a step, and so where the hand could be; the path is the smoothest
one through those places, the minimiser of a sum of squares (place, velocity, second difference), which is one banded solve.
"""

from dataclasses import dataclass

import numpy as np
from numba import njit
from numpy.typing import NDArray
from scipy.linalg import solveh_banded


@dataclass(frozen=True)
class HandPathConfig:
    """Weights of the least-squares problem; the place of a pressing finger has weight 1.

    Attributes:
        early_steps: A note pulls the hand from this many steps before its onset.
        early_weight: Weight of those steps against sounding ones.
        acceleration_weight, velocity_weight: Of the centre's second and first differences.
        home_weight: Pull towards the last place where nothing is played.
        reach_black_m: The hand moves this far into the keys for a thumb on a black key.
        reach_share: Part of that for each finger on a black key, thumb..little.
        reach_thumb_weight: A thumb's say in the reach against that of another finger.
        reach_acceleration_weight, reach_velocity_weight, reach_home_weight: Same, of the reach.
        reach_home: Reach when nothing is played, as a share.
    """

    early_steps: int = 2
    early_weight: float = 0.3
    acceleration_weight: float = 1.5
    velocity_weight: float = 0.02
    home_weight: float = 1e-4
    reach_black_m: float = 0.045
    reach_share: tuple[float, ...] = (1.0, 0.25, 0.25, 0.25, 0.4)
    reach_thumb_weight: float = 3.0
    reach_acceleration_weight: float = 1.0
    reach_velocity_weight: float = 0.05
    reach_home_weight: float = 0.02
    reach_home: float = 0.1


@njit(cache=True)
def place_demands(hand, first, last, onset, end, key, finger, key_y_m, offset_m, low_m, high_m, early_steps, early_weight):  # type: ignore[no-untyped-def]  # noqa: E501
    """Return (weight, place) (rows,) of the hand's centre for steps [first, last): the middle of what its fingers allow."""
    rows = last - first
    weight, place = np.zeros(rows), np.zeros(rows)
    for r in range(rows):
        step = first + r
        for due in (True, False):
            count, mean, low, high = 0, 0.0, -1e9, 1e9
            for i in range(onset.shape[0]):
                f = finger[i]
                if f < 0 or f // 5 != hand:
                    continue
                sounding = onset[i] - 1 <= step < end[i]
                if not (sounding if due else onset[i] - early_steps <= step <= end[i]):
                    continue
                d = key_y_m[key[i]] - offset_m[f]
                mean += d
                low = max(low, d - high_m[f])
                high = min(high, d - low_m[f])
                count += 1
            if count > 0:
                mean /= count
                place[r] = 0.5 * (low + high) if low > high else min(max(mean, low), high)
                weight[r] = count * (1.0 if due else early_weight)
                break
    return weight, place


@njit(cache=True)
def reach_demands(hand, first, last, onset, end, key, finger, key_is_black, share, thumb_weight, early_steps):  # type: ignore[no-untyped-def]  # noqa: E501
    """Return (weight, share) (rows,) of the reach into the keys for steps [first, last)."""
    rows = last - first
    weight, place = np.zeros(rows), np.zeros(rows)
    for i in range(onset.shape[0]):
        f = finger[i]
        if f < 0 or f // 5 != hand:
            continue
        w = thumb_weight if f % 5 == 0 else 1.0
        s = share[f % 5] if key_is_black[key[i]] else 0.0
        for step in range(max(onset[i] - early_steps, first), min(end[i], last)):
            weight[step - first] += w
            place[step - first] += w * s
    for r in range(rows):
        if weight[r] > 0.0:
            place[r] /= weight[r]
    return weight, place


def smooth_path(
    weight: NDArray[np.float64],
    place: NDArray[np.float64],
    home: float,
    home_weight: float,
    acceleration_weight: float,
    velocity_weight: float,
    before: tuple[float, float] | None = None,
) -> NDArray[np.float64]:
    """Minimise sum w (x - place)^2 + velocity and acceleration terms; (T,) places.

    Args:
        weight, place: (T,) demands.
        home, home_weight: Weak pull of every step.
        before: The two places before the first step, which the path continues; None for a free start.
    """
    rows = len(weight)
    diagonals = np.zeros((3, rows))  # upper form of solveh_banded: main diagonal last
    b = weight * place + home_weight * home
    diagonals[2] = weight + home_weight
    v, a = velocity_weight, acceleration_weight
    if rows > 1:
        diagonals[2, :-1] += v
        diagonals[2, 1:] += v
        diagonals[1, 1:] -= v
    if rows > 2:
        for i, ci in enumerate((1.0, -2.0, 1.0)):
            diagonals[2, i : rows - 2 + i] += a * ci * ci
        diagonals[1, 1:-1] += a * -2.0
        diagonals[1, 2:] += a * -2.0
        diagonals[0, 2:] += a
    if before is not None:
        older, newer = before
        # Differences that reach back over the start: |x0 - newer|^2, |x0 - 2 newer + older|^2, |x1 - 2 x0 + newer|^2.
        diagonals[2, 0] += v + a
        b[0] += v * newer + a * (2 * newer - older)
        if rows > 1:
            diagonals[2, 0] += 4 * a
            diagonals[2, 1] += a
            diagonals[1, 1] -= 2 * a
            b[0] += 2 * a * newer
            b[1] -= a * newer
    if rows == 1:
        return b / diagonals[2]
    return np.asarray(solveh_banded(diagonals[3 - min(3, rows) :], b, check_finite=False))
