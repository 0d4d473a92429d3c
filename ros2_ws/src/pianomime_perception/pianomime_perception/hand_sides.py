"""Which of the hands found is the right one: by the order of the wrists, by looks, and by where each was before.

Hands come without order. The order of the wrists along the keyboard is right as long as arms do not cross; looks are
right in nearly every picture, but not in each; and no hand jumps. So the labellings of all pictures are weighed
together (Viterbi). Looks also tell whether the picture is mirrored: then they contradict the order of the wrists
throughout.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pianomime_core.errors import UserError
from pianomime_core.hands import SIDES
from pianomime_perception.hand_tracking import NO_HAND
from pianomime_perception.keyboard_map import KeyboardMap

Points = NDArray[np.float64]

_RIGHT, _LEFT = range(len(SIDES))
# What the hands in slots 0 and 1 are: the right and the left one, or the left and the right one.
_LABELLINGS = ((_RIGHT, _LEFT), (_LEFT, _RIGHT))


@dataclass(frozen=True)
class SidesConfig:
    """What speaks for and against a labelling.

    Attributes:
        crossed_cost: Of wrists in the wrong order, in units of a hand that certainly looks like the other one.
        jump_cost: Of a hand that is somewhere else at once.
        still_m, speed_m_s: How far a wrist moves without cost: between two pictures, and with time.
        jump_m: Beyond those, how far costs all of `jump_cost`.
        one_hand_m: Two hands nearer to each other, point by point, are one that was found twice.
        max_contradiction: Largest share of the pictures of both hands in which looks may contradict the wrists.
    """

    crossed_cost: float = 0.5
    jump_cost: float = 20.0
    still_m: float = 0.01
    speed_m_s: float = 2.0
    jump_m: float = 0.1
    one_hand_m: float = 0.015
    max_contradiction: float = 0.5


@dataclass(frozen=True, eq=False)
class Sides:
    """Which hand is which.

    Attributes:
        slot: (F, 2) where among the hands found the right and the left one stand, -1 where it was not found.
        contradiction: Share of the pictures with both hands in which looks contradict the order of the wrists.
        doubles: Pictures in which one hand was found twice.
    """

    slot: NDArray[np.int64]
    contradiction: float
    doubles: int


def is_mirrored(keyboard: KeyboardMap) -> bool:
    """Whether pictures show the keyboard as in a mirror: as seen from above, bass is not left of treble."""
    return bool(np.linalg.det(keyboard.homography) * _projective_sign(keyboard) > 0)


def _projective_sign(keyboard: KeyboardMap) -> float:
    # The Jacobian of a homography has the sign of det(H) / w^3.
    center = np.array([*(np.array(keyboard.image_size) / 2), 1.0])
    return float(np.sign(keyboard.homography[2] @ center))


def sides(time_s: Points, points_m: Points, handedness: NDArray[np.int64], score: Points, config: SidesConfig) -> Sides:
    """Tell the right from the left hand in every picture.

    Args:
        time_s: (F,).
        points_m: (F, 2, 6, 2) world, hands in no order, wrist first; NaN where none was found.
        handedness: (F, 2) index into SIDES, of a picture that is not mirrored; `NO_HAND` where none was found.
        score: (F, 2) how sure that is.
        config: Weights.

    Raises:
        UserError: Looks contradict the order of the wrists: a mirrored picture, or a keyboard the wrong way round.
    """
    handedness, doubles = _without_doubles(points_m, handedness, score, config)
    wrist_m = points_m[:, :, 0]
    both = np.all(handedness != NO_HAND, axis=1)
    told = both & (handedness[:, 0] != handedness[:, 1])
    right_first = wrist_m[:, 0, 1] > wrist_m[:, 1, 1]
    contradiction = float(np.mean((handedness[told, 0] == _RIGHT) != right_first[told])) if told.any() else 0.0
    if contradiction > config.max_contradiction:
        raise UserError(
            f"in {contradiction:.0%} of the pictures with both hands the left hand looks like a right one: the video "
            "is mirrored, or the corners of the keyboard begin at its wrong end"
        )
    own = np.stack(
        [_labelling_cost(labelling, handedness, score, right_first, both, config) for labelling in _LABELLINGS], axis=1
    )
    labellings = _cheapest(time_s, wrist_m, handedness != NO_HAND, own, config)
    slot = np.full(handedness.shape, NO_HAND)
    for row, labelling in enumerate(labellings):
        for number, side in enumerate(_LABELLINGS[labelling]):
            if handedness[row, number] != NO_HAND:
                slot[row, side] = number
    return Sides(slot, contradiction, doubles)


def _without_doubles(
    points_m: Points, handedness: NDArray[np.int64], score: Points, config: SidesConfig
) -> tuple[NDArray[np.int64], int]:
    apart_m = np.linalg.norm(points_m[:, 0] - points_m[:, 1], axis=-1).mean(axis=-1)
    double = np.flatnonzero(apart_m < config.one_hand_m)  # NaN, one hand or none, is not
    handedness = handedness.copy()
    handedness[double, np.argmin(score[double], axis=1)] = NO_HAND
    return handedness, len(double)


def _labelling_cost(
    labelling: tuple[int, int],
    handedness: NDArray[np.int64],
    score: Points,
    right_first: NDArray[np.bool_],
    both: NDArray[np.bool_],
    config: SidesConfig,
) -> Points:
    """(F,) what looks and order say against a labelling."""
    cost = np.where((handedness != NO_HAND) & (handedness != np.array(labelling)), score, 0.0).sum(axis=1)
    crossed = both & (right_first != (labelling[0] == _RIGHT))
    return np.asarray(cost + config.crossed_cost * crossed)


def _cheapest(time_s: Points, wrist_m: Points, found: NDArray[np.bool_], own: Points, config: SidesConfig) -> list[int]:
    """Viterbi over `_LABELLINGS`; each labelling remembers where its own past saw either hand last."""
    total = own[0].copy()
    memory = [_seen((np.full((2, 2), np.nan), np.full(2, -np.inf)), 0, r, time_s, wrist_m, found) for r in range(2)]
    came_from = np.zeros((len(time_s), 2), dtype=np.int64)
    for row in range(1, len(time_s)):
        jumps = np.array(
            [[_jump(past, row, new, time_s, wrist_m, found, config) for past in memory] for new in range(2)]
        )
        paths = total + jumps
        came_from[row] = np.argmin(paths, axis=1)
        total = paths[np.arange(2), came_from[row]] + own[row]
        memory = [_seen(memory[came_from[row, r]], row, r, time_s, wrist_m, found) for r in range(2)]
    labellings = [int(np.argmin(total))]
    for row in range(len(time_s) - 1, 0, -1):
        labellings.append(int(came_from[row, labellings[-1]]))
    return labellings[::-1]


_Memory = tuple[Points, Points]
"""Where (2, 2) [m] and when (2,) [s] each side's wrist was seen last."""


def _seen(
    memory: _Memory, row: int, labelling: int, time_s: Points, wrist_m: Points, found: NDArray[np.bool_]
) -> _Memory:
    place, when = memory[0].copy(), memory[1].copy()
    for number, side in enumerate(_LABELLINGS[labelling]):
        if found[row, number]:
            place[side], when[side] = wrist_m[row, number], time_s[row]
    return place, when


def _jump(
    memory: _Memory,
    row: int,
    labelling: int,
    time_s: Points,
    wrist_m: Points,
    found: NDArray[np.bool_],
    config: SidesConfig,
) -> float:
    cost = 0.0
    for number, side in enumerate(_LABELLINGS[labelling]):
        if found[row, number] and np.isfinite(memory[1][side]):
            moved_m = float(np.hypot(*(wrist_m[row, number] - memory[0][side])))
            free_m = config.still_m + config.speed_m_s * (time_s[row] - memory[1][side])
            cost += config.jump_cost * min(max(moved_m - free_m, 0.0) / config.jump_m, 1.0)
    return cost
