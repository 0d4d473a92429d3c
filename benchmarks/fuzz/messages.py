"""ROS messages with wrong names, numbers, stamps and texts, or of huge size, as any publisher may send them.

Readers are reused as in a node, so that lasting damage by a bad message is detected by the good one after it.
"""

import itertools
from array import array
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from builtin_interfaces.msg import Duration, Time
from sensor_msgs.msg import JointState
from trajectory_msgs.msg import JointTrajectory, JointTrajectoryPoint

from benchmarks.fuzz.attempts import Attempt, Report, report
from pianomime.commands.perform import score_card
from pianomime.graph.ros_status import NEEDED
from pianomime_core.errors import UserError
from pianomime_core.goal_window import GoalRows
from pianomime_core.hands import forearm_dofs, joint_names, target_names
from pianomime_core.keyboard import KEY_NAMES
from pianomime_core.notes import Note
from pianomime_core.ros_fingertip_cloud import Fingertips, fingertip_cloud, read_fingertip_cloud
from pianomime_core.ros_goal import GoalReader, window_message
from pianomime_core.ros_messages import (
    GOAL_NAMES,
    MAX_POINTS,
    STEP_NS,
    SUSTAIN,
    goal_message,
    joint_state,
    read_goal,
    read_goal_velocity,
    read_joint_state,
    read_pedal,
    read_targets,
    step_of,
    targets_message,
)
from pianomime_core.ros_named_numbers import MessageError, NameOrder
from pianomime_core.ros_status_messages import read_status, status_message
from pianomime_core.timing import CONTROL_TIMESTEP_S as STEP_S
from pianomime_core.visible_notes import visible_notes
from pianomime_perception.ros_images import image_message, read_image
from pianomime_sim.ros_key_events import KeyEventReader
from pianomime_sim.ros_playback_control import read_playback_status
from pianomime_sim.viewers.snapshot_assembler import SnapshotAssembler

Message = Any
"""rosidl's classes have no common base class."""

MAX_LINE = 500
_JOINTS, _TARGETS = joint_names(forearm_dofs("pianomime")), target_names(forearm_dofs("pianomime"))
_STEP, _HORIZON = 7, 11
_SONG_EVERY = 200
_MANY = 100_000
_FLOATS = (0.0, -0.0, 0.5, -1.0, 1e300, -1e300, 5e-324, float("nan"), float("inf"), float("-inf"))
_TEXTS = ("", " ", "nan", "-inf", "1e999", "0x10", "1_0", "key_60", "key_109", "\n", "\x1b[2J", "\u202e", "é", "None")
_INTEGERS = {
    "int32": (0, 1, -1, 2**31 - 1, -(2**31)),
    "uint32": (0, 1, 50_000_000, 10**9, 2**31, 2**32 - 1),
    "uint8": (0, 1, 7, 255),
}


@dataclass(frozen=True)
class _Kind:
    """A good message of a topic, and its reader."""

    topic: str
    good: Callable[[], Message]
    read: Callable[[Message], object]


def run(count: int, seed: int) -> Report:
    """Try `count` messages; after each, a good one of its kind is read."""
    return report(_attempts(count, seed), count, "messages")


def _attempts(count: int, seed: int) -> Iterator[Attempt]:
    random = np.random.default_rng(seed)
    *kinds, song = _kinds()
    for number in range(count):
        kind = song if number % _SONG_EVERY == 0 else kinds[random.integers(len(kinds))]
        own_seed = int(random.integers(2**32))

        def work(kind: _Kind = kind, own_seed: int = own_seed) -> None:
            message, damage = kind.good(), np.random.default_rng(own_seed)
            for _ in range(damage.integers(1, 4)):
                _damage(message, damage)
            try:
                _try(kind, message)
            finally:
                kind.read(kind.good())

        yield Attempt(f"{number} ({kind.topic}, seed {own_seed})", work)


def _try(kind: _Kind, message: Message) -> None:
    try:
        kind.read(message)
    except MessageError as error:
        line = str(error)
        if len(line) >= MAX_LINE or not line.isprintable():
            raise AssertionError(f"no line for a log: {line!a}") from error
        raise UserError(line) from error


def _kinds() -> tuple[_Kind, ...]:
    """The kinds of all topics; the last is the longest song."""
    joints, keys, goals = NameOrder(_JOINTS), NameOrder(KEY_NAMES, beside=(SUSTAIN,)), NameOrder(GOAL_NAMES)
    targets, assembler, ears = NameOrder(_TARGETS, beside=(SUSTAIN,)), SnapshotAssembler(), KeyEventReader()
    steps, rest, windows = itertools.count(_STEP), np.zeros(len(_JOINTS)), GoalReader()

    def read_hands(message: JointState) -> None:
        assembler.hands(step_of(message.header.stamp), read_joint_state(message, joints)[0])

    def read_keys(message: JointState) -> None:
        step, (angles, _) = step_of(message.header.stamp), read_joint_state(message, keys)
        assembler.hands(step, rest)
        assembler.keys(step, angles)

    def read_command(message: JointTrajectory) -> None:
        step_of(message.header.stamp), read_targets(message, targets), read_pedal(message)

    def read_music(message: JointTrajectory) -> None:
        step, (goal, _) = step_of(message.header.stamp), read_goal(message, goals)
        read_goal_velocity(message, goals, goal)
        assembler.goal(step, goal)
        read_keys(joint_state(KEY_NAMES, np.zeros(len(KEY_NAMES)), np.zeros(len(KEY_NAMES)), step=_STEP))

    def read_window(message: JointTrajectory) -> None:
        step, window = step_of(message.header.stamp), windows.read(message)
        assembler.goal(step, window.goal)

    def notes() -> JointTrajectory:
        """A held chord, a note struck again, one that has no end yet, and the pedal."""
        step = next(steps)
        begin_s, end_s = step * STEP_S, (step + _HORIZON) * STEP_S
        played = [
            Note(40, begin_s - 1.0, begin_s + 0.21, 60),
            Note(60, begin_s + 0.013, begin_s + 0.2, 80),
            Note(60, begin_s + 0.2, begin_s + 0.3, 90),
            Note(64, begin_s + 0.4, end_s + 1.0, 100),
        ]
        goal, pedal = np.zeros((_HORIZON, len(KEY_NAMES)), np.bool_), np.zeros(_HORIZON, np.bool_)
        moved = (begin_s - 0.7, True), (begin_s + 0.117, False), (begin_s + 0.14, True)
        seen = visible_notes(played, moved).window(begin_s, end_s)
        return window_message(GoalRows(goal, pedal, goal.astype(np.uint8), seen), step=step)

    def window() -> JointTrajectory:
        goal = np.eye(_HORIZON, len(KEY_NAMES), dtype=np.bool_)
        return goal_message(goal, goal[:, 0], goal.astype(np.uint8), step=next(steps))

    def strike() -> JointState:
        return joint_state(KEY_NAMES[:3], np.full(3, 0.1), np.full(3, 2.0), step=next(steps))

    def state(names: tuple[str, ...]) -> Callable[[], JointState]:
        return lambda: joint_state(names, np.zeros(len(names)), np.zeros(len(names)), step=next(steps))

    def status(name: str, *numbers: str) -> Callable[[], Message]:
        return lambda: status_message(name, dict.fromkeys(numbers, 1.0), step=_STEP)

    def read_score(message: Message) -> None:
        values = read_status(message, "score", needed=NEEDED["score"])
        score_card(values)
        assembler.score({**values, "finished": 1.0})

    return (
        _Kind("hands", state(_JOINTS), read_hands),
        _Kind("keys", state(KEY_NAMES), read_keys),
        _Kind("goal", window, read_window),
        _Kind("goal in notes", notes, read_window),
        _Kind(
            "command", lambda: targets_message(_TARGETS, np.zeros((3, len(_TARGETS))), step=3, pedal=True), read_command
        ),
        _Kind("key events", strike, ears.events),
        _Kind("score", status("score", *NEEDED["score"]), read_score),
        _Kind(
            "health",
            status("follow_node", *NEEDED["follow_node"]),
            lambda message: read_status(message, "follow_node", NEEDED["follow_node"]),
        ),
        _Kind("transport", status("transport", "paused", "playing", "speed"), read_playback_status),
        _Kind(
            "fingertips",
            lambda: fingertip_cloud(Fingertips(np.zeros((2, 6, 3)), np.ones((2, 6))), Time()),
            read_fingertip_cloud,
        ),
        _Kind("pictures", lambda: image_message(np.zeros((6, 8, 3), np.uint8), Time(), "camera"), read_image),
        _Kind("song", _longest_song, read_music),
    )


def _longest_song() -> JointTrajectory:
    """The maximum number of points; they share their read-only values."""
    message, silence = JointTrajectory(joint_names=list(GOAL_NAMES)), array("d", bytes(8 * len(GOAL_NAMES)))
    for k in range(MAX_POINTS):
        seconds, nanoseconds = divmod(k * STEP_NS, 10**9)
        after = Duration(sec=seconds, nanosec=nanoseconds)
        message.points.append(JointTrajectoryPoint(positions=silence, time_from_start=after))
    return message


def _damage(message: Message, random: np.random.Generator) -> None:
    """Change one field, also of a nested message, to another value of its type."""
    fields = message.get_fields_and_field_types()
    name = list(fields)[random.integers(len(fields))]
    value, kind = getattr(message, name), fields[name]
    is_many = kind.startswith("sequence<")
    element = kind.removeprefix("sequence<").removesuffix(">")
    if "/" in element and not is_many:
        _damage(value, random)
    elif "/" in element and len(value) and random.random() < 0.6:
        _damage(value[random.integers(len(value))], random)
    elif is_many:
        setattr(message, name, _other_list(value, element, random))
    else:
        setattr(message, name, _other(element, random))


def _other_list(values: Any, element: str, random: np.random.Generator) -> Any:
    """The list or array truncated, doubled, very long, reordered, or with another value in it."""
    at = int(random.integers(len(values) + 1))
    one = values[at : at + 1] or values[:1]
    match random.integers(6):
        case 0:
            return values[:at]
        case 1:
            return values + one
        case 2:
            return values + one * _MANY
        case 3:
            return values[at:] + values[:at]
        case _ if "/" in element:
            return values[:at] + values[at + 1 :]
        case 4 if element == "string":
            text = _text(random)
            return values + [f"{text}{number}" for number in range(_MANY)]
        case _:
            return values[:at] + type(values)(*_typecode(values), [_other(element, random)]) + values[at + 1 :]


def _typecode(values: Any) -> tuple[str, ...]:
    return (values.typecode,) if isinstance(values, array) else ()


def _text(random: np.random.Generator) -> str:
    return _TEXTS[random.integers(len(_TEXTS))]


def _other(element: str, random: np.random.Generator) -> Any:
    """An unusual value of a rosidl type."""
    match element:
        case "double":
            return _FLOATS[random.integers(len(_FLOATS))]
        case "string":
            return _text(random) * (_MANY if random.random() < 0.2 else 1)
        case "boolean":
            return bool(random.integers(2))
        case "octet":
            return bytes([random.integers(256)])
        case _:
            return int(random.choice(_INTEGERS[element]))
