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

"""Lost-key detector: a key that a finger no longer holds well is let go, since to press it again, or the key beside it,
would be heard as a note that is not written."""

import numpy as np
from numpy.typing import NDArray

from pianomime_core.key_events import HEARD_RAD
from pianomime_core.keyboard import KEYBOARD
from pianomime_policy.motion.fingertip_targets import FingertipConfig, FingertipRows

ASIDE_M = 0.007
"""A finger further beside its key than this presses the next one, too."""


class LostKeyDetector:
    """Follows the keys that the five fingers of a hand hold, from step to step."""

    def __init__(self) -> None:
        self.reset()

    def reset(self) -> None:
        """Start again: no finger has held anything."""
        self._key = np.full(5, -1)
        self._sounded = np.zeros(5, np.bool_)
        self._lost = np.zeros(5, np.bool_)

    def memory(self) -> tuple[NDArray[np.int64], NDArray[np.bool_], NDArray[np.bool_]]:
        """Return a copy of the state, for `remember`."""
        return self._key.copy(), self._sounded.copy(), self._lost.copy()

    def remember(self, memory: tuple[NDArray[np.int64], NDArray[np.bool_], NDArray[np.bool_]]) -> None:
        """Continue from a state that `memory` returned."""
        key, sounded, lost = memory
        self._key, self._sounded, self._lost = key.copy(), sounded.copy(), lost.copy()

    def lost(
        self, key: NDArray[np.int64], key_angles: NDArray[np.float64], aside_m: NDArray[np.float64]
    ) -> NDArray[np.bool_]:
        """Return (5,) bool: the fingers whose key has sounded, but has come up again, or will be left sideways in the
        coming step; they stay so until the note ends.

        Args:
            key: (5,) key each finger holds in the coming step, -1 for none.
            key_angles: (88,) measured [rad].
            aside_m: (5,) how far beside its key each fingertip will be.
        """
        same = (key >= 0) & (key == self._key)
        self._sounded &= same
        self._lost &= same
        self._key = key.copy()
        self._sounded |= same & KEYBOARD.pressed(key_angles)[key]
        up = KEYBOARD.travel_rad[key] - key_angles[key] > HEARD_RAD
        self._lost |= self._sounded & (up | (aside_m > ASIDE_M))
        return self._lost.copy()


def let_go(rows: FingertipRows, lost: NDArray[np.bool_], config: FingertipConfig) -> FingertipRows:
    """The same rows, changed in place, with lost (5,) fingers above the keys that they would hold in the first row, for
    as long as they would hold them."""
    held = np.logical_and.accumulate(rows.key == rows.key[0], axis=0) & lost
    rows.target[..., 2] = np.where(held, rows.top + config.hover_m, rows.target[..., 2])
    rows.force[held] = 0.0
    rows.weight[held] = config.release_weight
    return rows
