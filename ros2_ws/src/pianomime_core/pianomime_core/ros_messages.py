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

"""Arrays to ROS messages and back: everything is matched by name, never by position.

Readers refuse unknown, missing and repeated names and values that are not finite, with a `MessageError` that lists
them; they accept names in any order. Every message carries the simulated time of its step as stamp.
"""

from collections.abc import Sequence

import numpy as np
from builtin_interfaces.msg import Duration, Time
from numpy.typing import NDArray
from sensor_msgs.msg import JointState
from trajectory_msgs.msg import JointTrajectory, JointTrajectoryPoint

from pianomime_core.keyboard import KEY_NAMES
from pianomime_core.notes import LOUDEST, MAX_DURATION_S
from pianomime_core.piano_roll import usual_velocity
from pianomime_core.rollout import ROWS_PER_STEP
from pianomime_core.ros_named_numbers import Floats, MessageError, NameOrder, doubles, finite
from pianomime_core.timing import CONTROL_TIMESTEP_S, FRAMES_PER_SECOND

Bools = NDArray[np.bool_]

STEP_NS = round(CONTROL_TIMESTEP_S * 1e9)
SUSTAIN = "sustain"
"""The pedal's name among the keys of a goal or state, and among the targets of a command."""
GOAL_NAMES = (*KEY_NAMES, SUSTAIN)
PEDAL_DOWN_FROM = 0.5
MAX_POINTS = round(MAX_DURATION_S * FRAMES_PER_SECOND) + 2
"""Limit for a trajectory: the longest song, plus one step if it begins within a step, plus an empty last row."""


def stamp_of(step: float) -> Time:
    """Return the simulated time at which control step `step` begins, or a part of it."""
    seconds, nanoseconds = divmod(round(step * STEP_NS), 10**9)
    return Time(sec=seconds, nanosec=nanoseconds)


def step_of(stamp: Time) -> int:
    """Return the control step that begins at `stamp`.

    Raises:
        MessageError: No step begins there.
    """
    step, rest = divmod(stamp.sec * 10**9 + stamp.nanosec, STEP_NS)
    if rest or step < 0:
        raise MessageError(
            f"stamp {stamp.sec}.{stamp.nanosec:09d} s is not the beginning of a {CONTROL_TIMESTEP_S} s step"
        )
    return step


def joint_state(
    names: Sequence[str], positions: Floats, velocities: Floats | None = None, *, step: float = 0
) -> JointState:
    """Return the state of joints (n,) [rad, m] at the beginning of `step`, or of a part of it."""
    message = JointState(name=list(names), position=doubles(positions))
    if velocities is not None:
        message.velocity = doubles(velocities)
    message.header.stamp = stamp_of(step)
    return message


def read_joint_state(message: JointState, order: NameOrder, *, velocities: bool = True) -> tuple[Floats, Floats]:
    """Return positions and velocities (n,) in the order of `order.names`; zero velocities if they are not requested.

    Raises:
        MessageError: Names or numbers are invalid.
    """
    index = order.of(message.name)
    positions = finite(message.position, message.name, "positions")[index]
    if not velocities:
        return positions, np.zeros_like(positions)
    return positions, finite(message.velocity, message.name, "velocities")[index]


def targets_message(
    names: Sequence[str], targets: Floats, *, step: int, pedal: bool | Bools | None = None, rows_per_step: int = 1
) -> JointTrajectory:
    """Return actuator targets (n,), or (K, n) for K steps from `step` on [rad, m], as the command of `step`.

    `pedal`: Down or up with all of these targets, or (K,) with each; None omits it, which leaves the pedal up.
    `rows_per_step`: Targets of each step, for equal parts of it; then K is the number of parts.
    """
    rows = np.atleast_2d(targets)
    if pedal is not None:
        down = np.broadcast_to(np.asarray(pedal, np.float64), len(rows))
        names, rows = [*names, SUSTAIN], np.column_stack([rows, down])
    return _trajectory(names, rows, step, STEP_NS // rows_per_step)


def read_targets(message: JointTrajectory, order: NameOrder) -> Floats:
    """Return the targets (K, n) [rad, m], K >= 1 steps or parts of steps, in the order of `order.names`.

    Raises:
        MessageError: Names or numbers are invalid, there is no point, or the last step has not all of its parts.
    """
    per_step = read_rows_per_step(message)
    rows = _rows(message, order, STEP_NS // per_step)
    if len(rows) % per_step:
        raise MessageError(f"{len(rows)} points, {per_step} for each step: the last step lacks some")
    return rows


def read_rows_per_step(message: JointTrajectory) -> int:
    """Return how many points of a command make a step, from the time between its first two; 1 if there is one only, or
    if they are an illegal time apart, which `read_targets` refuses."""
    if len(message.points) < 2:
        return 1
    after = message.points[1].time_from_start
    between_ns = after.sec * 10**9 + after.nanosec
    return next((rows for rows in ROWS_PER_STEP if between_ns * rows == STEP_NS), 1)


def read_pedal(message: JointTrajectory) -> Bools:
    """Return whether a valid command holds the pedal down, (K,): from .5 on; up if the command omits it."""
    if SUSTAIN not in message.joint_names:
        return np.zeros(len(message.points), dtype=np.bool_)
    index = message.joint_names.index(SUSTAIN)
    return np.array([point.positions[index] >= PEDAL_DOWN_FROM for point in message.points])


def goal_message(
    goal: Bools, sustain: Bools, velocity: NDArray[np.uint8] | None = None, *, step: int
) -> JointTrajectory:
    """Return a goal, keys (H, 88) and sustain (H,), from `step` on: 1 = down. Point k is the goal of step + k.

    `velocity`: MIDI velocities (H, 88) of the keys, sent as efforts, 1 for 127; None: not sent.
    """
    message = _trajectory(GOAL_NAMES, np.column_stack([goal, sustain]).astype(np.float64), step, STEP_NS)
    if velocity is not None:
        efforts = np.column_stack([velocity, np.zeros(len(velocity))]) / LOUDEST
        for point, row in zip(message.points, efforts, strict=True):
            point.effort = doubles(row)
    return message


def read_goal(message: JointTrajectory, order: NameOrder) -> tuple[Bools, Bools]:
    """Return the goal, keys (H, 88) and sustain (H,); `order` is a `NameOrder(GOAL_NAMES)`.

    Raises:
        MessageError: Names are invalid, there is no point, or a value is neither 0 nor 1.
    """
    rows = _rows(message, order, STEP_NS)
    if not np.isin(rows, (0.0, 1.0)).all():
        raise MessageError("a goal holds 0 (up) and 1 (down) only")
    return rows[:, :-1] > 0, rows[:, -1] > 0


def read_goal_velocity(message: JointTrajectory, order: NameOrder, goal: Bools) -> NDArray[np.uint8]:
    """Return the MIDI velocities (H, 88) of the goal's keys, 0 for all others; the default one where none is given.

    `goal`: What `read_goal` returned for this message with the same `order`.

    Raises:
        MessageError: An effort is not in 0..1, or some but not all points or names have one.
    """
    usual = usual_velocity(goal)
    if not any(point.effort for point in message.points):
        return usual
    efforts = np.stack([finite(point.effort, message.joint_names, "efforts") for point in message.points])
    if not ((efforts >= 0.0) & (efforts <= 1.0)).all():
        raise MessageError("efforts of a goal are loudness from 0 to 1 (MIDI velocity 127)")
    velocity = np.rint(efforts[:, order.of(message.joint_names)[:-1]] * LOUDEST).astype(np.uint8)
    return np.where(goal & (velocity > 0), velocity, usual)


def _trajectory(names: Sequence[str], rows: Floats, step: int, between_ns: int) -> JointTrajectory:
    message = JointTrajectory(joint_names=list(names))
    message.header.stamp = stamp_of(step)
    for k, row in enumerate(rows):
        seconds, nanoseconds = divmod(k * between_ns, 10**9)
        after = Duration(sec=seconds, nanosec=nanoseconds)
        message.points.append(JointTrajectoryPoint(positions=doubles(row), time_from_start=after))
    return message


def _rows(message: JointTrajectory, order: NameOrder, between_ns: int) -> Floats:
    index = order.of(message.joint_names)
    if not message.points:
        raise MessageError("the trajectory has no point")
    if len(message.points) > MAX_POINTS:
        raise MessageError(
            f"{len(message.points)} points: the limit is {MAX_POINTS}, {MAX_DURATION_S / 60:.0f} minutes"
        )
    for k, point in enumerate(message.points):
        after = point.time_from_start
        if after.sec * 10**9 + after.nanosec != k * between_ns:
            raise MessageError(
                f"point {k} stands at {after.sec}.{after.nanosec:09d} s, not at {k * between_ns / 1e9:g} s"
            )
    return np.stack([finite(point.positions, message.joint_names, "positions") for point in message.points])[:, index]
