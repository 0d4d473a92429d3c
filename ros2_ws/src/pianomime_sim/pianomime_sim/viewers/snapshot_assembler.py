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

"""Assembles snapshots from parts that arrive separately, in any order, and may be lost."""

from collections.abc import Mapping
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from pianomime_core.keyboard import KEYBOARD, NUM_KEYS
from pianomime_core.timing import CONTROL_TIMESTEP_S
from pianomime_sim.viewers.base import Snapshot

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]

KEPT_STEPS = 8
"""How many steps apart the parts of one step may arrive."""
COMING_STEPS = 400
"""Maximum lookahead of a snapshot; none of our windows is longer."""


class SnapshotAssembler:
    """Matches hands, keys and goal by step; unmatched parts are discarded.

    State t is scored against the goal of the step that ended in it, t - 1, as in the scoreboard. A goal row that was
    never received is shown as silence.
    """

    def __init__(self) -> None:
        self._score: Mapping[str, float] = {}
        self._times: Mapping[str, float] = {}
        self._last: Snapshot | None = None
        self._hands: dict[int, Floats] = {}
        self._keys: dict[int, Floats] = {}
        self._goal: dict[int, Bools] = {}

    def hands(self, step: int, joint_positions: Floats) -> Snapshot | None:
        """Take the hand joints (n,) at the beginning of `step`; return a snapshot if the step is now complete."""
        _keep(self._hands, step, joint_positions)
        return self._complete(step)

    def keys(self, step: int, key_angles: Floats) -> Snapshot | None:
        """Take the key angles (88,) at the beginning of `step`; return a snapshot if the step is now complete."""
        _keep(self._keys, step, key_angles)
        return self._complete(step)

    def goal(self, step: int, window: Bools) -> None:
        """Take the goal window (H, 88) of `step`; from this step on it replaces earlier windows."""
        past = {row: wanted for row, wanted in self._goal.items() if step - KEPT_STEPS <= row < step}
        self._goal = past | {step + row: wanted for row, wanted in enumerate(window[:COMING_STEPS])}

    def score(self, figures: Mapping[str, float]) -> Snapshot | None:
        """Take the current score for the following snapshots; once the song is over, return the last snapshot with
        it."""
        self._score = figures
        if self._last is None or not figures.get("finished"):
            return None
        return replace(self._last, score={**self._times, **figures})

    def times(self, figures: Mapping[str, float]) -> None:
        """Take the timings of a node for the following snapshots, in addition to those of others; a score overrides
        them."""
        self._times = {**self._times, **figures}

    def _complete(self, step: int) -> Snapshot | None:
        if step not in self._hands or step not in self._keys:
            return None
        for parts in (self._hands, self._keys):
            for other in [other for other in parts if abs(other - step) > KEPT_STEPS]:
                del parts[other]
        key_angles = self._keys[step]
        silence = np.zeros(NUM_KEYS, dtype=np.bool_)
        last = min(max(self._goal, default=step - 1), step + COMING_STEPS - 1)
        coming = [self._goal.get(row, silence) for row in range(step, last + 1)]
        self._last = Snapshot(
            time_s=step * CONTROL_TIMESTEP_S,
            joint_positions=self._hands[step],
            key_angles=key_angles,
            pressed=KEYBOARD.pressed(key_angles),
            wanted=self._goal.get(step - 1, silence),
            coming=np.array(coming, dtype=np.bool_).reshape(-1, NUM_KEYS),
            score={**self._times, **self._score},
        )
        return self._last


def _keep(parts: dict[int, Floats], step: int, part: Floats) -> None:
    """Store a part; of unmatched ones only the newest are kept."""
    parts.pop(step, None)
    parts[step] = part
    if len(parts) > 2 * KEPT_STEPS:
        del parts[next(iter(parts))]
