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

"""Early release: a finger or hand that must be elsewhere at the next onset leaves its key a little before the note
ends.

A pianist's legato jump is not quite legato: the end of a note is given up so that the next one is on time and nothing
is dragged along the keyboard. The steps given up are those that the jump needs beyond the rest between the two notes.
"""

from dataclasses import dataclass

import numpy as np

from pianomime_policy.kernel import kernel


@dataclass(frozen=True)
class ReleaseConfig:
    """Attributes:
    finger_steps: Steps between release and the onset of another key by the same finger.
    hand_m_per_step: Travel of the hand's centre per step; a jump of the hand needs distance / this, rounded up.
    comfort_m: Jumps of the centre below this need no early release.
    kept_share: Fraction of a note that is always held.
    look_ahead_steps: Onsets later than this after the end of a note do not affect it.
    """

    finger_steps: int = 3
    hand_m_per_step: float = 0.05
    comfort_m: float = 0.010
    kept_share: float = 0.5
    look_ahead_steps: int = 6


@kernel
def _rounded_up(steps, unit_steps):
    return unit_steps * np.ceil(steps / unit_steps)


@kernel
def release_steps(
    onset, end, key, finger, key_y_m, offset_m, low_m, high_m, finger_steps, hand_m_per_step, comfort_m, kept_share,
    look_ahead, overlap, jump_steps, unit_steps,
):  # fmt: skip
    """Return the release step (N,) of each note, at most its end.

    Args:
        onset, end, key, finger: (N,) notes; finger 0..9 or -1.
        key_y_m: (88,); offset_m, low_m, high_m: (10,) comfortable place of each finger relative to the hand's centre.
        overlap: A note may end this many steps after the onset of the next one and still be released for it.
        jump_steps: Time of every jump of the hand beyond that for its distance, to start and to stop.
        unit_steps: Times of jumps, and what is held of a note at least, are rounded up to multiples of this.
        The rest: see `ReleaseConfig`.
    """
    n = onset.shape[0]
    release = end.copy()
    for i in range(n):
        f = finger[i]
        if f < 0:
            continue
        at = key_y_m[key[i]] - offset_m[f]
        given_up = 0.0
        for j in range(n):
            g = finger[j]
            rest = onset[j] - end[i]
            if g < 0 or g // 5 != f // 5 or onset[j] <= onset[i] or rest < -overlap or rest > look_ahead:
                continue
            need = 0.0
            if g == f:
                need = finger_steps if key[j] != key[i] else 1
            to = key_y_m[key[j]] - offset_m[g]
            jump = max(to - high_m[g] - (at - low_m[f]), (at - high_m[f]) - (to - low_m[g]))
            if jump > comfort_m:
                need = max(need, _rounded_up(jump_steps + jump / hand_m_per_step, unit_steps))
            if need > 0:
                given_up = max(given_up, need - rest)
        keep = max(unit_steps, _rounded_up(kept_share * (end[i] - onset[i]), unit_steps))
        release[i] = max(end[i] - given_up, min(onset[i] + keep, end[i]))
    return release
