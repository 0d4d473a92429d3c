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

"""The phases of a finger, compiled: each writes one finger's row of `FingertipRows`, for the step at whose end it is.

Holding a key, on the way to the next one, the stroke down to it, and lifting; `fingertip_targets` says which is when.
Arguments of all: `MotionSettings`, `PressTable`, the row `r` and finger `f`, and the rows `out`.
"""

from typing import NamedTuple

from pianomime_policy.kernel import kernel
from pianomime_policy.motion.minimum_jerk import minimum_jerk


class Way(NamedTuple):
    """A finger's way to its next key."""

    key: int
    begin_step: float
    ready_step: float
    onset_step: float
    from_x_m: float
    from_y_m: float
    is_repeated: bool  # the finger held the same key last


@kernel
def nearest_notes(number, step, notes, lift_steps):
    """Return the indices of the notes that finger `number` holds at `step`, held last and holds next; -1 for none."""
    onset, end = notes.onset, notes.release
    now, before, after = -1, -1, -1
    for i in range(onset.shape[0]):
        if notes.finger[i] != number:
            continue
        if onset[i] <= step <= end[i] - lift_steps:
            now = i
        elif end[i] - lift_steps < step and onset[i] <= step:
            if before < 0 or end[i] > end[before]:
                before = i
        elif after < 0 or onset[i] < onset[after]:
            after = i
    return now, before, after


@kernel
def _force_at(table, thumb, key, z_m):
    """Return the force on a key whose finger is at this height: the share of the bottom's that its depth is."""
    depth = (table.top_z_m[key] - z_m) / (table.top_z_m[key] - table.bottom_z_m[thumb, key])
    return table.force_n[thumb, key] * min(max(depth, 0.0), 1.0)


@kernel
def _held_z_m(settings, table, thumb, key, since):
    """Return the target height of a finger, `since` steps after it reached the bottom of its key.

    A finger presses against the bottom by the error of its position, and that lifts the whole hand: the other fingers
    then strike late and unevenly. So its target rises a little, within one step, once the key has sounded.
    """
    return table.bottom_z_m[thumb, key] + min(max(since - settings.ease_after_steps, 0.0), 1.0) * settings.ease_m


@kernel
def hold(settings, table, key, since, r, f, out):
    """Press a key whose bottom the finger reached `since` steps ago."""
    thumb = min(f, 1)
    out.target[r, f, 0] = table.x_m[thumb, key]
    out.target[r, f, 1] = table.y_m[key]
    out.target[r, f, 2] = _held_z_m(settings, table, thumb, key, since)
    out.weight[r, f] = settings.press_weight
    out.force[r, f] = table.force_n[thumb, key]
    out.top[r, f] = table.top_z_m[key]
    out.key[r, f] = key


@kernel
def way_between(settings, table, notes, before, after, f, floating_m):
    """Return the way from note `before` (-1: none), or from where the finger floats, to note `after`."""
    key, onset = notes.key[after], notes.onset[after]
    ready = onset - notes.stroke[after]
    begin = onset - settings.lead_steps
    if before >= 0 and notes.release[before] >= begin:
        last = notes.key[before]
        x_m, y_m = table.x_m[min(f, 1), last], table.y_m[last]
        return Way(key, notes.release[before], ready, onset, x_m, y_m, last == key)
    return Way(
        key, begin, ready, onset, table.idle_x_m[min(f, 1)], floating_m, before >= 0 and notes.key[before] == key
    )


@kernel
def approach(settings, table, way, step, r, f, out):
    key, ready = way.key, way.ready_step
    s = (
        minimum_jerk((step - way.begin_step + settings.row_steps) / (ready - way.begin_step))
        if ready > way.begin_step
        else 1.0
    )
    out.target[r, f, 0] = way.from_x_m + s * (table.x_m[min(f, 1), key] - way.from_x_m)
    out.target[r, f, 1] = way.from_y_m + s * (table.y_m[key] - way.from_y_m)
    hover = min(max(ready - step, 0.0), 1.0)
    height = table.top_z_m[key] + (hover * settings.hover_m + (1.0 - hover) * settings.ready_m)
    is_near = step >= ready + 1.0 - settings.near_steps
    if not (is_near or way.is_repeated):
        height = max(height, table.white_top_z_m + settings.travel_clearance_m)
    out.target[r, f, 2] = height
    out.weight[r, f] = settings.ready_weight if is_near else settings.travel_weight
    out.top[r, f] = table.top_z_m[key]


@kernel
def stroke(settings, table, way, step, r, f, out):
    """Go down from just above the key, at `ready_step`, to its bottom at the onset."""
    key, thumb = way.key, min(f, 1)
    share = (step - way.ready_step) / (way.onset_step - way.ready_step)
    above_m = table.top_z_m[key] + settings.ready_m
    out.target[r, f, 0] = table.x_m[thumb, key]
    out.target[r, f, 1] = table.y_m[key]
    out.target[r, f, 2] = (1.0 - share) * above_m + share * table.bottom_z_m[thumb, key]
    out.weight[r, f] = settings.press_weight
    out.force[r, f] = _force_at(table, thumb, key, out.target[r, f, 2])
    out.top[r, f] = table.top_z_m[key]


@kernel
def come_up(settings, table, key, held_steps, share, r, f, out):
    """Raise the height from where a key was held, for so long, to that of the row, by a share of the way."""
    held_z_m = _held_z_m(settings, table, min(f, 1), key, held_steps)
    out.target[r, f, 2] = share * out.target[r, f, 2] + (1.0 - share) * held_z_m


@kernel
def lift(settings, table, key, r, f, out):
    out.target[r, f, 0] = table.x_m[min(f, 1), key]
    out.target[r, f, 1] = table.y_m[key]
    out.target[r, f, 2] = table.top_z_m[key] + settings.hover_m
    out.weight[r, f] = settings.release_weight
    out.top[r, f] = table.top_z_m[key]
