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

"""Where the hands touch themselves and each other, and how hard."""

from typing import NamedTuple

import mujoco
import numpy as np

from pianomime_core.hands import HAND_PARTS, SIDES, hand_part


class HandPart(NamedTuple):
    """A finger, the palm (with the wrist) or the forearm of the hand on a side, "rh" or "lh"."""

    side: str
    part: str


HandPair = tuple[HandPart, HandPart]


class HandContacts:
    """Reads the contacts of the hands, without those with keys, from the state of a model."""

    def __init__(self, model: mujoco.MjModel) -> None:
        self._model = model
        # The part of the hands that each geom belongs to.
        names = [model.body(body).name for body in model.geom_bodyid]
        self._part = [HandPart(name[:2], hand_part(name)) if name[:2] in SIDES else None for name in names]
        self._is_hand = np.array([part is not None for part in self._part])

    def forces_n(self, data: mujoco.MjData) -> dict[HandPair, float]:
        """Return the normal force [N] between each two parts that touch, as of the last physics step.

        Segments of one part do not count. The right hand, and fingers from the thumb on, come first.
        """
        forces: dict[HandPair, float] = {}
        if not data.ncon:
            return forces
        geoms = data.contact.geom
        force = np.zeros(6)
        for contact in np.flatnonzero(self._is_hand[geoms].all(axis=1)):
            first, second = (self._part[geom] for geom in geoms[contact])
            assert first is not None
            assert second is not None
            if first == second:
                continue
            mujoco.mj_contactForce(self._model, data, int(contact), force)
            pair = (first, second) if _place(first) < _place(second) else (second, first)
            forces[pair] = forces.get(pair, 0.0) + float(force[0])
        return forces


def _place(part: HandPart) -> tuple[int, int]:
    return SIDES.index(part.side), HAND_PARTS.index(part.part)
