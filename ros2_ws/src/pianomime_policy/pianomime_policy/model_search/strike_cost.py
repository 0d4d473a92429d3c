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

"""The cost of what is heard, step by step: notes without a strike, strikes without a note, timing; and some of frames.

A key strikes when it comes near its stop and has been let go further up, as `pianomime_core.key_events` hears it every
5 ms. A strike is the first note of its key that is due at about its time and was not struck yet; if there is none, it
is a stray one.
"""

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from pianomime_core.key_events import HEARD_RAD
from pianomime_core.keyboard import KEYBOARD, NUM_KEYS
from pianomime_core.timing import CONTROL_TIMESTEP_S
from pianomime_core.visible_notes import VisibleNotes
from pianomime_policy.model_search.cost import CostState, lost_f1


@dataclass(frozen=True)
class StrikeCostConfig:
    """Prices of what is heard; a missed note costs 1.

    Attributes:
        lag_s: How long after its time a note is due: the constant lag of a performance, which a listener does not
            notice. Measured on streaming performances.
        tolerance_s: How far from when its note is due a strike may be.
        missed_price: Of a note without a strike.
        stray_price: Of a strike without a note.
        late_price: Of a strike at the edge of the tolerance; grows with the square of its distance from when it is due.
        near_price: Of a key that is not wanted, times the square of the fraction of its travel that it goes down: keeps
            performances away from stray strikes.
        frame_price: Of a frame with F1 0.
    """

    lag_s: float = 0.027
    tolerance_s: float = 0.05
    missed_price: float = 1.0
    stray_price: float = 1.0
    late_price: float = 0.4
    near_price: float = 0.1
    frame_price: float = 0.1


class HeardKeys(NamedTuple):
    """State carried from one step to the next, (88,) each: keys that were struck and not let go, and up to when the
    notes of each key are struck or missed [s]."""

    down: NDArray[np.bool_]
    settled_s: NDArray[np.float64]


class StrikeCost:
    """A `StepCost` of the notes that it was last told.

    Attributes:
        silence: The state before the first step.
    """

    hears = True

    def __init__(self, config: StrikeCostConfig) -> None:
        self._config = c = config
        # No note is due before the lag: from a second earlier on, all are open.
        self.silence = HeardKeys(np.zeros(NUM_KEYS, bool), np.full(NUM_KEYS, c.lag_s - 1.0))
        self._due_s, self._key = np.zeros(0), np.zeros(0, np.int64)
        self._reach_s = c.tolerance_s + CONTROL_TIMESTEP_S

    def update_notes(self, visible: VisibleNotes) -> None:
        """Take the notes of a window instead of those before."""
        self._due_s, self._key = visible.onset_s + self._config.lag_s, visible.key

    def of_step(
        self, before: CostState, step: int, goal: NDArray[np.bool_], key_angles: NDArray[np.float64]
    ) -> tuple[float, HeardKeys]:
        """Return the cost of one step and the state after it; a note is missed when its tolerance is over.

        Args:
            before: The state before it.
            step: Number of the control step.
            goal: (88,) reference keys at its end.
            key_angles: (n, 88) at the ends of n equal parts of it [rad].
        """
        c, (down, settled_s) = self._config, (array.copy() for array in before)
        begin_s, end_s = step * CONTROL_TIMESTEP_S, (step + 1) * CONTROL_TIMESTEP_S
        near = slice(*np.searchsorted(self._due_s, (begin_s - self._reach_s, end_s + c.tolerance_s)))
        due_s, due_key = self._due_s[near], self._key[near]
        pressed, let_go = KEYBOARD.pressed(key_angles), KEYBOARD.travel_rad - key_angles > HEARD_RAD
        cost = 0.0
        for key in np.flatnonzero(pressed.any(axis=0) | down):
            mine_s = due_s[due_key == key]
            for part in range(len(key_angles)):
                if down[key]:
                    down[key] = not let_go[part, key]
                elif pressed[part, key]:
                    down[key] = True
                    time_s = begin_s + (part + 1) * CONTROL_TIMESTEP_S / len(key_angles)
                    cost += self._strike(int(key), time_s, mine_s, settled_s)
        over = (due_s + c.tolerance_s <= end_s) & (due_s > settled_s[due_key])
        cost += c.missed_price * np.count_nonzero(over)
        np.maximum.at(settled_s, due_key[over], due_s[over])
        way = np.clip(np.max(key_angles, axis=0) / KEYBOARD.activation_rad, 0.0, 1.0)
        unwanted = ~goal & ~down
        unwanted[due_key] = False
        cost += c.near_price * float(np.sum(way[unwanted] ** 2))
        cost += c.frame_price * lost_f1(goal, pressed[-1])
        return cost, HeardKeys(down, settled_s)

    def _strike(self, key: int, time_s: float, due_s: NDArray[np.float64], settled_s: NDArray[np.float64]) -> float:
        """Return the cost of a strike, of the notes of its key that are due (n,), and settle the note that it is."""
        c = self._config
        near = np.flatnonzero((due_s > settled_s[key]) & (np.abs(due_s - time_s) <= c.tolerance_s))
        if not len(near):
            return c.stray_price
        missed = np.count_nonzero((due_s > settled_s[key]) & (due_s < due_s[near[0]]))
        settled_s[key] = due_s[near[0]]
        late = (time_s - due_s[near[0]]) / c.tolerance_s
        return c.missed_price * missed + c.late_price * late**2
