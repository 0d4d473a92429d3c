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

"""Fingering: which finger plays which note, by an incremental beam search.

The search is a filter: slices of notes are pushed in time order, and the best path through them is available at any
moment. A whole song is pushed at once; a stream pushes the notes that have become visible and commits those about to
be played, which prunes every state that disagrees (fixed-lag decoding).
"""

from dataclasses import dataclass, field
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from pianomime_core.keyboard import KEYBOARD
from pianomime_core.timing import CONTROL_TIMESTEP_S
from pianomime_policy.fingering.fingering_search import Beam, extend_beam
from pianomime_policy.fingering.giving_up import GivingUpConfig
from pianomime_policy.fingering.goal_notes import GoalNotes
from pianomime_policy.fingering.hand_cost import FingeringCosts

# Comfortable place of thumb..little of the right hand relative to the hand's centre (the middle finger) [m], and how
# far each may deviate from it; the left hand is the mirror image. Measured on the hand model.
_OFFSET_M = np.array([-0.052, -0.0235, 0.0, 0.0235, 0.048])
_LOW_M = np.array([-0.026, -0.028, -0.026, -0.026, -0.020])
_HIGH_M = np.array([0.040, 0.022, 0.026, 0.028, 0.034])


@dataclass(frozen=True)
class FingeringConfig:
    """Cost weights of the search; one unit is roughly the discomfort of a thumb on a black key.

    Attributes:
        width: Beam width.
        deviation_unit_m: Distance of a finger from its comfortable place that costs `deviation_price`.
        finger_stiffness: (5,) thumb..little, factor of that cost for each finger.
        finger_price, black_price: (5,) for using a finger, and for using it on a black key.
        order_gap_m: Minimum distance between the keys of two fingers, in finger order.
        centre_inertia_unit_m: Deviation of the hand's centre from its last position that costs `centre_inertia`.
        stretch_price, stretch_unit_m: Quadratic cost beyond the limits of comfort.
        travel_price_per_m, free_speed_m_s, speed_price: Travel of the hand, and its speed above the free speed.
        reuse_price, reuse_steps: A finger that changes key sooner than this after a release, per missing step.
        overlap_steps: A note that ends this soon after an onset is released for it: legato notes overlap by a row or
            two.
        drop_price: For a note that is not played.
        hand_gap_m, hand_gap_unit_m, hand_gap_price: Hands whose centres are closer than the gap; quadratic.
        start_centre_m: Centres of the hands before the first note (right, left).
    """

    width: int = 48
    deviation_unit_m: float = 0.012
    deviation_price: float = 0.25
    finger_stiffness: tuple[float, ...] = (0.5, 1.0, 1.0, 1.0, 0.8)
    finger_price: tuple[float, ...] = (0.0, 0.0, 0.0, 0.15, 0.15)
    black_price: tuple[float, ...] = (0.6, 0.0, 0.0, 0.0, 0.2)
    order_gap_m: float = 0.012
    centre_inertia_unit_m: float = 0.03
    centre_inertia: float = 0.15
    stretch_price: float = 4.0
    stretch_unit_m: float = 0.006
    travel_price_per_m: float = 12.0
    free_speed_m_s: float = 0.3
    speed_price: float = 2.0
    reuse_price: float = 0.8
    reuse_steps: int = 4
    overlap_steps: int = 2
    drop_price: float = 60.0
    hand_gap_m: float = 0.10
    hand_gap_unit_m: float = 0.02
    hand_gap_price: float = 2.0
    start_centre_m: tuple[float, float] = (0.14, -0.14)


def finger_offsets_m() -> NDArray[np.float64]:
    """(10,) comfortable place of each finger relative to its hand's centre [m], right thumb..little, then left."""
    return np.concatenate([_OFFSET_M, -_OFFSET_M])


def offset_limits_m() -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """(10,), (10,) lowest and highest comfortable deviation from `finger_offsets_m` [m]."""
    return np.concatenate([_LOW_M, -_HIGH_M]), np.concatenate([_HIGH_M, -_LOW_M])


def fingering_costs(config: FingeringConfig, giving_up: GivingUpConfig | None = None) -> FingeringCosts:
    """The cost weights as the arrays of the compiled search; without `giving_up`, every note is held to its end."""
    give = giving_up or GivingUpConfig(price=np.inf, sustained_price=np.inf)
    low, high = offset_limits_m()

    def both(values: tuple[float, ...]) -> NDArray[np.float64]:
        return np.array(values * 2)

    return FingeringCosts(
        finger_offset_m=finger_offsets_m(),
        offset_low_m=low,
        offset_high_m=high,
        finger_weight=both(config.finger_stiffness) / config.deviation_unit_m**2,
        finger_price=both(config.finger_price),
        black_price=both(config.black_price),
        key_y_m=np.ascontiguousarray(KEYBOARD.center_y_m),
        key_is_black=np.ascontiguousarray(KEYBOARD.is_black),
        order_gap_m=config.order_gap_m,
        centre_inertia=config.centre_inertia / config.centre_inertia_unit_m**2,
        deviation_price=config.deviation_price,
        stretch_price=config.stretch_price,
        stretch_unit_m=config.stretch_unit_m,
        travel_price_per_m=config.travel_price_per_m,
        free_speed_m_s=config.free_speed_m_s,
        speed_price=config.speed_price,
        reuse_price=config.reuse_price,
        reuse_steps=config.reuse_steps,
        overlap_steps=config.overlap_steps,
        drop_price=config.drop_price,
        hand_gap_m=config.hand_gap_m,
        hand_gap_price=config.hand_gap_price,
        hand_gap_unit_m=config.hand_gap_unit_m,
        step_s=CONTROL_TIMESTEP_S,
        giving_up_price=give.price,
        sustained_price=give.sustained_price,
        outer_factor=give.outer_factor,
        sustained_from=np.zeros(0, np.int64),
    )


def first_beam(config: FingeringConfig) -> Beam:
    """The one state before the first note: no finger holds a key."""
    none = np.full((1, 10), -1, np.int64)
    return Beam(
        cost=np.zeros(1),
        centre_m=np.array([config.start_centre_m]),
        moved_step=np.full((1, 2), -99, np.int64),
        held_note=none,
        last_key=none.copy(),
        last_end=np.full((1, 10), -99, np.int64),
    )


def playable(notes: NDArray[np.int64]) -> NDArray[np.int64]:
    """At most ten notes of an onset, by rising key; the outer ones, since outer voices are heard best."""
    return notes if len(notes) <= 10 else np.concatenate([notes[:5], notes[-5:]])


@dataclass
class _Slice:
    step: int
    notes: NDArray[np.int64]
    parent: NDArray[np.int64]
    finger: NDArray[np.int8]


class Fingering(Protocol):
    """Assigns fingers to the notes of one song, onset by onset, as they become visible."""

    def push(self, step: int, new: NDArray[np.int64], notes: GoalNotes) -> None:
        """Add the notes (n,) that begin at `step`, by rising key, as indices into the growing `notes`."""
        ...

    def commit(self, step: int) -> None:
        """Fix the fingers of all notes that begin at or before `step`."""
        ...

    def best(self, since: int = 0) -> dict[int, int]:
        """Current finger (0..9; -1 dropped) of every note that begins at or after step `since`."""
        ...


@dataclass
class FingeringSearch:
    """Beam search over slices of notes; a `Fingering`. Keys 0..87, steps of 50 ms."""

    config: FingeringConfig = field(default_factory=FingeringConfig)
    giving_up: GivingUpConfig | None = None

    def __post_init__(self) -> None:
        self._costs = fingering_costs(self.config, self.giving_up)
        self._slices: list[_Slice] = []
        self._committed = 0
        self._beam = first_beam(self.config)

    def push(self, step: int, new: NDArray[np.int64], notes: GoalNotes) -> None:
        """See `Fingering.push`."""
        new = playable(new)
        costs = self._costs._replace(sustained_from=notes.sustained_from)
        beam, parent, finger = extend_beam(costs, self._beam, self.config.width, new, notes.key, notes.end, step)
        self._beam = Beam(*beam)
        self._beam.cost[:] -= self._beam.cost[0]
        self._slices.append(_Slice(step, new, parent, finger))

    def commit(self, step: int) -> None:
        """See `Fingering.commit`: states that disagree with the best one are removed."""
        last = self._committed
        while last < len(self._slices) and self._slices[last].step <= step:
            last += 1
        if last == self._committed:
            return
        self._committed = last
        ancestor = np.arange(len(self._beam.cost))
        for s in reversed(self._slices[last:]):
            ancestor = s.parent[ancestor]
        keep = ancestor == ancestor[0]
        if keep.all():
            return
        self._beam = Beam(*(values[keep] for values in self._beam))
        newest = self._slices[-1]
        newest.parent, newest.finger = newest.parent[keep], newest.finger[keep]

    def best(self, since: int = 0) -> dict[int, int]:
        """See `Fingering.best`: the fingers on the best path."""
        fingers: dict[int, int] = {}
        state = 0
        for s in reversed(self._slices):
            if s.step < since:
                break
            fingers.update(zip(s.notes.tolist(), s.finger[state].tolist(), strict=True))
            state = s.parent[state]
        return fingers
