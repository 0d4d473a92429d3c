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

"""Goal windows as messages: rows of 50 ms, or notes in time, and back.

Both are a JointTrajectory of the keys and the pedal. Without velocities its points are rows
(`pianomime_core.ros_messages.goal_message`). If the first one has velocities, they are the moments at which something
changes, in time exact to the nanosecond relative to the stamp, and below zero for what began earlier; only keys that
sound are named. A position says whether the key is down from that moment on; a velocity is the MIDI velocity of a key
struck at that moment, which was down before if it is struck again, and 0 for all others; later points at which no key
is struck omit them. The last point is the end of the window: what is down there has no end yet. The pedal is sent like
a key, without velocity. Rows follow from the notes and the pedal that are sent.
"""

from collections.abc import Sequence

import numpy as np
from builtin_interfaces.msg import Duration
from numpy.typing import NDArray
from trajectory_msgs.msg import JointTrajectory, JointTrajectoryPoint

from pianomime_core.goal_window import GoalRows
from pianomime_core.keyboard import KEY_NAMES, LOWEST_PITCH
from pianomime_core.notes import LOUDEST
from pianomime_core.piano_roll import Span, frame_of, note_span, pedal_rows, rasterize, rasterize_velocity
from pianomime_core.ros_messages import (
    GOAL_NAMES,
    MAX_POINTS,
    STEP_NS,
    SUSTAIN,
    goal_message,
    read_goal,
    read_goal_velocity,
    stamp_of,
    step_of,
)
from pianomime_core.ros_named_numbers import MessageError, NameOrder, doubles, finite, some_of
from pianomime_core.timing import FRAMES_PER_SECOND
from pianomime_core.visible_notes import VisibleNotes, pedal_presses

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]

_SECOND_NS = 10**9
_KEY_OF = {name: key for key, name in enumerate(KEY_NAMES)}


def window_message(window: GoalRows, *, step: int) -> JointTrajectory:
    """Return the window of `step`: as notes if they are known, otherwise as rows."""
    if window.notes is None:
        return goal_message(window.goal, window.sustain, window.velocity, step=step)
    return _notes_message(window, window.notes, step)


class GoalReader:
    """Reads goals of both kinds from one publisher, whose names hardly ever change."""

    def __init__(self) -> None:
        self._rows = NameOrder(GOAL_NAMES)
        self._notes = NameOrder((SUSTAIN,), beside=KEY_NAMES)

    def read(self, message: JointTrajectory) -> GoalRows:
        """Return the window; its notes are None if the message holds rows.

        Raises:
            MessageError: Names, times or numbers are invalid.
        """
        if not any(point.velocities for point in message.points):
            goal, sustain = read_goal(message, self._rows)
            return GoalRows(goal, sustain, read_goal_velocity(message, self._rows, goal))
        pedal = self._notes.of(message.joint_names)[0]
        time_ns = _times_ns(message)
        down = _numbers(message.joint_names, "positions", [point.positions for point in message.points])
        struck = np.array([bool(point.velocities) for point in message.points])
        strike = np.zeros_like(down)
        strike[struck] = _numbers(
            message.joint_names, "velocities", [point.velocities for point in message.points if point.velocities]
        )
        _check(message, down, strike)
        step, rows = step_of(message.header.stamp), int(time_ns[-1] // STEP_NS)
        keys = np.array([index for index in range(len(message.joint_names)) if index != pedal], np.int64)
        names = [message.joint_names[index] for index in keys]
        time_ns += step * STEP_NS
        pedal_s = pedal_presses(zip(time_ns[:-1] / _SECOND_NS, down[:-1, pedal] > 0, strict=True))
        known_s = (step + rows) / FRAMES_PER_SECOND
        notes = _notes(names, down[:, keys], strike[:, keys], time_ns, known_s, pedal_s)
        each = zip(notes.key, notes.onset_s, notes.end_s, notes.velocity, strict=True)
        spans = [_span(*note, step + rows) for note in each]
        goal = rasterize(spans, step, rows)
        return GoalRows(goal, pedal_rows(pedal_s, step, rows), rasterize_velocity(spans, step, goal), notes)


def _notes_message(window: GoalRows, notes: VisibleNotes, step: int) -> JointTrajectory:
    last_ns = len(window.goal) * STEP_NS
    onset_ns, end_ns, pedal_ns = (
        _nanoseconds(time_s, last_ns + 1, step) for time_s in (notes.onset_s, notes.end_s, notes.pedal_s)
    )
    # A strike ends what sounds on its key.
    order = np.lexsort((onset_ns, notes.key))
    again = notes.key[order[1:]] == notes.key[order[:-1]]
    end_ns[order[:-1][again]] = np.minimum(end_ns[order[:-1][again]], onset_ns[order[1:][again]])
    begin_ns, end_ns = np.append(onset_ns, pedal_ns[:, 0]), np.append(end_ns, pedal_ns[:, 1])
    time_ns = np.unique(np.concatenate([begin_ns, end_ns[end_ns < last_ns], [0, last_ns]]))

    keys = np.unique(notes.key)
    column = np.append(np.searchsorted(keys, notes.key), np.full(len(pedal_ns), len(keys)))
    begin, end = np.searchsorted(time_ns, begin_ns), np.searchsorted(time_ns, end_ns)
    change, strike = np.zeros((2, len(time_ns) + 1, len(keys) + 1))
    np.add.at(change, (begin, column), 1.0)
    np.subtract.at(change, (end, column), 1.0)
    strike[begin[: len(notes)], column[: len(notes)]] = notes.velocity
    down = np.cumsum(change, axis=0)

    message = JointTrajectory(joint_names=[*(KEY_NAMES[key] for key in keys), SUSTAIN])
    message.header.stamp = stamp_of(step)
    for moment_ns, positions, velocities in zip(time_ns.tolist(), down, strike, strict=False):
        seconds, nanoseconds = divmod(moment_ns, _SECOND_NS)
        after = Duration(sec=seconds, nanosec=nanoseconds)
        point = JointTrajectoryPoint(positions=doubles(positions), time_from_start=after)
        if velocities.any() or not message.points:
            point.velocities = doubles(velocities)
        message.points.append(point)
    return message


def _nanoseconds(time_s: Floats, unknown_ns: int, step: int) -> Integers:
    """Times from the beginning of a step on, those that are not finite at `unknown_ns`."""
    known = np.isfinite(time_s)
    time_ns = np.full(time_s.shape, unknown_ns)
    time_ns[known] = np.rint(time_s[known] * _SECOND_NS).astype(np.int64) - step * STEP_NS
    return time_ns


def _times_ns(message: JointTrajectory) -> Integers:
    """The times of the points, which are in order and reach from the stamp or before it to the end of a row."""
    after = [point.time_from_start for point in message.points]
    time_ns = np.array([each.sec * _SECOND_NS + each.nanosec for each in after], np.int64)
    if (np.diff(time_ns) <= 0).any() or time_ns[0] > 0:
        raise MessageError("the points of notes stand in order of time, the first at the stamp or before it")
    if time_ns[-1] <= 0 or time_ns[-1] % STEP_NS or time_ns[-1] > MAX_POINTS * STEP_NS:
        raise MessageError(
            f"the last point stands at {time_ns[-1] / _SECOND_NS:.9f} s: want the end of one of {MAX_POINTS} rows"
        )
    return time_ns


def _numbers(names: Sequence[str], what: str, points: Sequence[Sequence[float]]) -> Floats:
    for each in points:
        if len(each) != len(names):
            raise MessageError(f"{len(each)} {what} for {len(names)} names")
    numbers = np.array(points, np.float64)
    if not np.isfinite(numbers).all():
        return np.stack([finite(each, names, what) for each in points])  # raises
    return numbers


def _check(message: JointTrajectory, down: Floats, strike: Floats) -> None:
    if not np.isin(down, (0.0, 1.0)).all():
        raise MessageError("a goal holds 0 (up) and 1 (down) only")
    if not np.isin(strike, np.arange(LOUDEST + 1)).all():
        raise MessageError(f"velocities of a goal are MIDI velocities, whole numbers from 0 to {LOUDEST}")
    before = np.vstack([np.zeros(down.shape[1]), down[:-1]])
    names = np.array(message.joint_names)
    silent = (down > before) & (strike == 0) & (names != SUSTAIN)
    wrong = names[
        (silent | (strike > down * LOUDEST)).any(axis=0) | (strike[-1] > 0) | ((names == SUSTAIN) & strike.any(axis=0))
    ]
    if len(wrong):
        raise MessageError(
            f"a key goes down when it is struck, before the last point: not so {some_of(wrong.tolist())}"
        )


def _notes(
    names: list[str], down: Floats, strike: Floats, time_ns: Integers, known_s: float, pedal_s: Floats
) -> VisibleNotes:
    """The notes of keys, from whether they are down (T, n) and struck (T, n) at absolute times (T,)."""
    column, moment = np.nonzero(((strike > 0) | (down == 0)).T)
    struck = strike[moment, column] > 0
    next_s = np.full(len(column), np.inf)
    same = np.flatnonzero(column[1:] == column[:-1])
    next_s[same] = time_ns[moment[same + 1]] / _SECOND_NS
    key = np.array([_KEY_OF[name] for name in names], np.int64)[column[struck]]
    onset_s = time_ns[moment[struck]] / _SECOND_NS
    velocity = strike[moment[struck], column[struck]].astype(np.int64)
    return VisibleNotes.in_order(key, onset_s, next_s[struck], velocity, known_s, pedal_s)


def _span(key: int, onset_s: float, end_s: float, velocity: int, last: int) -> Span:
    """The frames of a note; what has no end sounds until frame `last`."""
    if np.isfinite(end_s):
        return note_span(key + LOWEST_PITCH, onset_s, end_s, int(velocity))
    return Span(key, frame_of(onset_s), last, int(velocity))
