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

"""The input of the fingering network: for each way to play an onset, the hands after it and the coming music.

The ways are those of the fingering search (`extend_beam` of one state): legal for the fingers, cheapest first by the
cost of this onset alone. A lookahead through the next onsets, each played as cheaply as possible, shows what a way
leads to immediately; the network has to judge it over the next two seconds.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pianomime_policy.controllers.generalist.choice_costs import choice_costs, next_onsets
from pianomime_policy.fingering.fingering import FingeringConfig, fingering_costs, first_beam
from pianomime_policy.fingering.fingering_search import Beam, extend_beam
from pianomime_policy.fingering.giving_up import GivingUpConfig
from pianomime_policy.fingering.hand_cost import FingeringCosts
from pianomime_policy.kernel import kernel

_PER_FINGER, _PER_HAND, _PER_NOTE, _SHARED = 7, 4, 6, 4
# Lengths and times are capped here; a note whose end is not visible yet counts as long.
_LONG_STEPS = 40.0
_RECENT_STEPS = 8.0


@dataclass(frozen=True)
class ChoiceConfig:
    """Attributes:
    choices: Maximum number of ways to play one onset.
    future_notes: Coming notes that the network sees.
    glance_onsets: Onsets in the lookahead. Exported networks carry the names of these fields.
    """

    choices: int = 24
    future_notes: int = 20
    glance_onsets: int = 3

    @property
    def features(self) -> int:
        """Number of features of each choice."""
        return self._before_lookahead + 1 + self.glance_onsets

    @property
    def _before_lookahead(self) -> int:
        return 2 * (_PER_HAND + 5 * _PER_FINGER) + _SHARED + self.future_notes * _PER_NOTE

    def layout(self) -> list[list[str | int]]:
        """Names and sizes of the parts in order; the names are stored in exported networks."""
        fingers = "thumb..little: held, struck, offset, black, remaining, recent, old offset"
        hand = _PER_HAND + 5 * _PER_FINGER
        return [
            [f"right hand: travel, speed, rest, place; {fingers}", hand],
            [f"left hand: travel, speed, rest, place; {fingers}", hand],
            ["gap of the hands, price, dropped, struck", _SHARED],
            [
                "notes to come: visible, when, how long, from the right hand, from the left, black",
                self.future_notes * _PER_NOTE,
            ],
            ["dearer than the cheapest way: now, after each of the next onsets", 1 + self.glance_onsets],
        ]

    def lookahead(self, features: NDArray[np.float32]) -> NDArray[np.float32]:
        """The part of the features (B, D) that holds the costs of the lookahead."""
        return features[:, self._before_lookahead :]


@dataclass(frozen=True, eq=False)
class Choices:
    """Attributes:
    after: State of the hands after each choice, B of them.
    finger: (B, n) int8 finger 0..9 of each note, -1 dropped.
    features: (B, D) float32.
    """

    after: Beam
    finger: NDArray[np.int8]
    features: NDArray[np.float32]


class FingeringChoices:
    """Makes the `Choices` of one onset after another."""

    def __init__(
        self, config: ChoiceConfig, fingering: FingeringConfig, giving_up: GivingUpConfig | None = None
    ) -> None:
        self.config = config
        self.costs: FingeringCosts = fingering_costs(fingering, giving_up)
        self.start: Beam = first_beam(fingering)

    def at(
        self,
        before: Beam,
        step: int,
        notes: NDArray[np.int64],
        note_onset: NDArray[np.int64],
        note_key: NDArray[np.int64],
        note_end: NDArray[np.int64],
        visible: int,
        sustained_from: NDArray[np.int64] | None = None,
    ) -> Choices:
        """The choices for the notes (n,) that begin at `step`, at most ten, by rising key.

        Args:
            before: State of the hands, one row.
            note_onset, note_key, note_end: (N,) all notes by onset and key; those after `notes` are the coming music.
            visible: First step that is not visible yet; onsets and ends from there on are ignored.
            sustained_from: (N,) see `GoalNotes`; None: no pedal.
        """
        costs = self.costs if sustained_from is None else self.costs._replace(sustained_from=sustained_from)
        after, _, finger = extend_beam(costs, before, self.config.choices, notes, note_key, note_end, step)
        features = np.zeros((len(after[0]), self.config.features), np.float32)
        future = int(notes[-1]) + 1 if len(notes) else len(note_onset)
        choice_features(
            costs, before, Beam(*after), finger, step, note_onset, note_key, note_end, future, visible,
            self.config.future_notes, features,
        )  # fmt: skip
        coming = next_onsets(note_onset, future, visible, self.config.glance_onsets)
        total = choice_costs(costs, Beam(*after), *coming, note_key, note_end, 0, 1, 1, np.inf)
        seen = np.pad(total, ((0, 0), (0, self.config.glance_onsets - len(coming[2]))), "edge")
        self.config.lookahead(features)[:] = np.log1p(seen - seen.min(axis=0))
        return Choices(Beam(*after), finger, features)


def one_state(beam: Beam, row: int) -> Beam:
    """One row of a beam as a beam of its own, with cost 0."""
    rows: Any = [values[row : row + 1].copy() for values in beam]
    return Beam(*rows)._replace(cost=np.zeros(1))


@kernel
def choice_features(
    costs, before, after, finger, step, note_onset, note_key, note_end, future, visible, future_notes, out
):
    """Fill out (B, D); see `ChoiceConfig.layout`."""
    n = finger.shape[1]
    for b in range(after.cost.shape[0]):
        x = out[b]
        i = 0
        for h in range(2):
            centre = after.centre_m[b, h]
            travel = centre - before.centre_m[0, h]
            rest = min(float(step - before.moved_step[0, h]), _LONG_STEPS)
            x[i] = travel / 0.1
            x[i + 1] = min(max(travel / max(rest, 1.0) / 0.05, -4.0), 4.0)
            x[i + 2] = rest / _LONG_STEPS
            x[i + 3] = centre / 0.6
            i += _PER_HAND
            for f in range(5 * h, 5 * h + 5):
                note = after.held_note[b, f]
                if note >= 0:
                    key = note_key[note]
                    end = note_end[note]
                    x[i] = 1.0
                    x[i + 1] = 1.0 if note_onset[note] == step else 0.0
                    x[i + 2] = (costs.key_y_m[key] - costs.finger_offset_m[f] - centre) / 0.03
                    x[i + 3] = 1.0 if costs.key_is_black[key] else 0.0
                    x[i + 4] = (min(float(end - step), _LONG_STEPS) if end <= visible else _LONG_STEPS) / _LONG_STEPS
                elif after.last_key[b, f] >= 0:
                    recent = max(0.0, 1.0 - (step - after.last_end[b, f]) / _RECENT_STEPS)
                    if recent > 0.0:
                        x[i + 5] = recent
                        y = costs.key_y_m[after.last_key[b, f]] - costs.finger_offset_m[f]
                        x[i + 6] = min(max((y - centre) / 0.1, -3.0), 3.0)
                i += _PER_FINGER
        dropped = 0
        for k in range(n):
            if finger[b, k] < 0:
                dropped += 1
        x[i] = (after.centre_m[b, 0] - after.centre_m[b, 1]) / 0.2
        x[i + 1] = np.log1p(max(after.cost[b] - before.cost[0], 0.0)) / 3.0
        x[i + 2] = dropped
        x[i + 3] = n / 5.0
        i += _SHARED
        for k in range(future, min(future + future_notes, note_onset.shape[0])):
            if note_onset[k] >= visible:
                break
            y = costs.key_y_m[note_key[k]]
            x[i] = 1.0
            x[i + 1] = min(float(note_onset[k] - step), _LONG_STEPS) / _LONG_STEPS
            length = min(float(note_end[k] - note_onset[k]), _LONG_STEPS) if note_end[k] <= visible else _LONG_STEPS
            x[i + 2] = length / _LONG_STEPS
            x[i + 3] = (y - after.centre_m[b, 0]) / 0.2
            x[i + 4] = (y - after.centre_m[b, 1]) / 0.2
            x[i + 5] = 1.0 if costs.key_is_black[note_key[k]] else 0.0
            i += _PER_NOTE
