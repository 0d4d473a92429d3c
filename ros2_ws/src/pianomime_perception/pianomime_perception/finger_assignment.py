# Copyright 2026 PianoMime contributors
#
# Licensed under the Apache License, Version 2.0 (the "License");
# you may not use this file except in compliance with the License.
# You may obtain a copy of the License at
#
#     http://www.apache.org/licenses/LICENSE-2.0
#
# Unless required by applicable law or agreed to in writing, software
# distributed under the License is distributed on an "AS IS" BASIS,
# WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
# See the License for the specific language governing permissions and
# limitations under the License.

"""Assigns a finger to each note: the cheapest path through the whole piece, by the distance of fingertips from keys.

A finger that holds a key cannot play another. Notes of a chord are treated like others, at the same time or not, and so
are decided together. After each note only the keys held by each finger, and until when, matter for the rest: of paths
that agree in this only the cheapest is kept (dynamic programming; with a bound on their number, beam search).
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pianomime_core.demonstration import NOBODY, NUM_FINGERS
from pianomime_perception.key_distance import key_distance_m
from pianomime_perception.trajectories import Trajectories

Points = NDArray[np.float64]


@dataclass(frozen=True)
class AssignmentConfig:
    """Constraints and costs of the assignment.

    Attributes:
        window_s: A fingertip's distance from the key counts from the onset for this long, or until the note ends.
        step_s: Sampling interval of the distance.
        nobody_m: Cost of a note without a finger, as the distance of a finger: two white keys.
        left_m: A finger farther than this from the key it holds has released it, whatever the music says.
        strike_s: Minimum time between two strikes of a finger on different keys.
        overlap_s: A finger may release a key this much after the onset of its next note.
        width: Beam width.
    """

    window_s: float = 0.1
    step_s: float = 0.0125
    nobody_m: float = 0.047
    left_m: float = 0.047
    strike_s: float = 0.08
    overlap_s: float = 0.05
    width: int = 300


@dataclass(frozen=True, eq=False)
class Fingering:
    """The assignment.

    Attributes:
        finger: (N,) 0..9, right thumb to little finger, left thumb to little finger, or -1 for none.
        held_until_s: (N,) music time of the release: the end of the note, or when the finger is seen elsewhere.
        distance_m: (N,) of the finger from the key it strikes, NaN for none.
    """

    finger: NDArray[np.int64]
    held_until_s: Points
    distance_m: Points


@dataclass(frozen=True)
class _Path:
    cost: float
    busy: tuple[tuple[int, int, float], ...]
    """Finger, key and time up to which the finger is busy."""
    past: "tuple[int, _Path] | None"
    """The finger of the last note, and the preceding path."""


def assign_fingers(
    trajectories: Trajectories,
    offset_s: float,
    onset_s: Points,
    end_s: Points,
    key: NDArray[np.int64],
    config: AssignmentConfig = AssignmentConfig(),
) -> Fingering:
    """Assign fingers to notes (N,) sorted by onset.

    Args:
        trajectories: The fingertips.
        offset_s: Video time of music time 0.
        onset_s, end_s: (N,) music time.
        key: (N,) 0..87.
        config: Constraints and costs.
    """
    distance_m, until_s = _seen(trajectories, offset_s, onset_s, end_s, key, config)
    paths = [_Path(0.0, (), None)]
    for note, now_s in enumerate(onset_s.tolist()):
        near = np.flatnonzero(distance_m[note] < config.nobody_m).tolist()
        best: dict[tuple[tuple[int, int, float], ...], _Path] = {}
        for path in paths:
            busy = tuple(each for each in path.busy if each[2] > now_s)
            taken = {finger for finger, held, _ in busy if held != key[note]}
            for finger in (NOBODY, *(finger for finger in near if finger not in taken)):
                cost = path.cost + (config.nobody_m if finger == NOBODY else float(distance_m[note, finger]))
                then = busy
                if finger != NOBODY:
                    free_s = max(now_s + config.strike_s, float(until_s[note, finger]) - config.overlap_s)
                    then = tuple(
                        sorted([*(each for each in busy if each[0] != finger), (finger, int(key[note]), free_s)])
                    )
                if then not in best or cost < best[then].cost:
                    best[then] = _Path(cost, then, (finger, path))
        paths = sorted(best.values(), key=lambda path: path.cost)[: config.width]
    fingers: list[int] = []
    path = paths[0]
    while path.past is not None:
        fingers.append(path.past[0])
        path = path.past[1]
    players = np.array(fingers[::-1], dtype=np.int64)
    notes = np.arange(len(players))
    return Fingering(
        finger=players,
        held_until_s=np.where(players == NOBODY, end_s, until_s[notes, players]),
        distance_m=np.where(players == NOBODY, np.nan, distance_m[notes, players]),
    )


def _seen(
    trajectories: Trajectories,
    offset_s: float,
    onset_s: Points,
    end_s: Points,
    key: NDArray[np.int64],
    config: AssignmentConfig,
) -> tuple[Points, Points]:
    """Return (N, 10) mean distance of each finger from the key, infinite if not seen; and when it leaves the key
    [s]."""
    grid_s = np.arange(trajectories.start_s, trajectories.end_s + config.step_s, config.step_s)
    tips_m = trajectories.at(grid_s).points_m[:, :, 1:].reshape(len(grid_s), NUM_FINGERS, 2)
    distance_m = np.full((len(key), NUM_FINGERS), np.inf)
    until_s = np.repeat(end_s[:, None], NUM_FINGERS, axis=1)
    for note, (begin_s, note_end_s) in enumerate(zip(onset_s + offset_s, end_s + offset_s, strict=True)):
        first, last = np.searchsorted(grid_s, [begin_s - config.step_s / 2, note_end_s])
        away_m = key_distance_m(tips_m[first:last], key[note : note + 1, None])
        if not len(away_m) or begin_s < trajectories.start_s - config.step_s:
            continue
        window = away_m[: max(1, round(min(config.window_s, note_end_s - begin_s) / config.step_s))]
        seen = np.isfinite(window)
        counted = seen.any(axis=0)
        distance_m[note, counted] = np.where(seen, window, 0.0).sum(axis=0)[counted] / seen.sum(axis=0)[counted]
        left = away_m > config.left_m
        left[: len(window)] = False
        gone = left.any(axis=0)
        until_s[note, gone] = grid_s[first + np.argmax(left, axis=0)[gone]] - offset_s
    return distance_m, until_s
