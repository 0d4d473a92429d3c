"""Converts a demonstration perceived in a video for training."""

import numpy as np
from numpy.typing import NDArray

from pianomime_core.demonstration import NOBODY, Demonstration
from pianomime_core.errors import UserError
from pianomime_core.hands import SIDES
from pianomime_core.keyboard import LOWEST_PITCH
from pianomime_core.piano_roll import note_span, piano_roll
from training import demonstrations

_NO_KEY = -1


def learnable(seen: Demonstration, clip: int, song: int) -> demonstrations.Demonstration:
    """Return the demonstration as a training clip of a song, without expert.

    Gaps in the observation of a hand are interpolated linearly; before the first and after the last one it rests.

    Raises:
        UserError: One hand is never seen, so its position is unknown.
    """
    goal = piano_roll(seen.score()).goal
    fingering = np.full((len(goal), len(demonstrations.FINGER_NAMES)), _NO_KEY, dtype=np.int64)
    for pitch, onset_s, offset_s, finger in zip(seen.pitch, seen.onset_s, seen.offset_s, seen.finger, strict=True):
        if finger != NOBODY:
            span = note_span(int(pitch), float(onset_s), float(offset_s))
            rows = np.arange(span.start, min(span.end, len(goal)))
            fingering[rows[goal[rows, span.key]], finger] = pitch - LOWEST_PITCH
    hands = {side: _everywhere(seen, number) for number, side in enumerate(SIDES)}
    sides = dict.fromkeys(name.split("_")[0] for name in demonstrations.FINGERTIP_NAMES)
    return demonstrations.Demonstration(
        clip=clip,
        song=song,
        goal=goal,
        fingering=fingering,
        fingertips_m=np.concatenate([hands[side] for side in sides], axis=1),
        expert=None,
    )


def _everywhere(seen: Demonstration, side: int) -> NDArray[np.float32]:
    known = np.flatnonzero(seen.valid[:, side])
    if not len(known):
        raise UserError(f"the demonstration has no {SIDES[side]} hand: both must be seen")
    points = seen.points_m[known, side].reshape(len(known), -1)
    rows = np.arange(len(seen.time_s))
    even = np.stack([np.interp(rows, known, column) for column in points.T], axis=1)
    return even.reshape(len(rows), -1, 3).astype(np.float32)
