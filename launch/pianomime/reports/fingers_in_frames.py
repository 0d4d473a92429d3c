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

"""The fingering of notes in time, note by note of the frames that round them.

A controller that plays notes in time plans by chords, whose notes may begin in different frames, and one key that is
struck twice may be one note of the frames.
"""

import numpy as np
from numpy.typing import NDArray

from pianomime_core.error_table import NoteFingers

NEAR_STEPS = 3
"""A planned onset this far from that of a note of the frames is still its own."""
_PHASE_STEPS = 1  # a plan counts from the step before a key sounds


def fingers_in_frames(fingers: NoteFingers, goal: NDArray[np.bool_]) -> NoteFingers:
    """Return the fingers of the notes of a goal (T, 88), from those that were planned in the musical setting; notes of
    the goal with no planned one nearby are left out."""
    onset, release, key, finger = fingers
    onset, release = onset + _PHASE_STEPS, release + _PHASE_STEPS
    begins = goal & ~np.pad(goal, ((1, 0), (0, 0)))[:-1]
    found = []
    for step, note_key in np.argwhere(begins):
        mine = np.flatnonzero(key == note_key)
        if not len(mine):
            continue
        first = mine[np.argmin(np.abs(onset[mine] - step))]
        if abs(onset[first] - step) > NEAR_STEPS:
            continue
        ends = np.flatnonzero(~goal[step:, note_key])
        end = step + (ends[0] if len(ends) else len(goal) - step)
        within = mine[(onset[mine] >= onset[first]) & (onset[mine] < end)]
        last_release = max(release[first], *release[within])
        found.append((step, min(max(last_release, step), end), note_key, finger[first]))
    columns = np.array(found, np.int64).reshape(-1, 4).T
    return columns[0], columns[1], columns[2], columns[3]
