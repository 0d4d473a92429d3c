"""Strikes as messages and back; invalid messages."""

from dataclasses import replace

import numpy as np
import pytest

pytest.importorskip("sensor_msgs")

from pianomime_core.key_events import KeyEvent, PedalEvent, midi_velocity
from pianomime_core.keyboard import KEY_NAMES, KEYBOARD
from pianomime_core.ros_named_numbers import MessageError
from pianomime_physics.simulator import SimulatorState
from pianomime_sim.ros_key_events import KeyEventReader, KeyEventWriter

C, G = 60 - 21, 67 - 21
REST = SimulatorState(0.005, np.zeros(54), np.zeros(54), np.zeros(88), np.zeros(88), np.zeros(88, dtype=bool))


def moved(time_s: float, keys: tuple[int, ...], speed_rad_s: float) -> SimulatorState:
    down = np.isin(np.arange(88), keys)
    return replace(
        REST,
        time_s=time_s,
        key_angles=np.where(down, KEYBOARD.travel_rad, 0.0),
        key_velocities=np.where(down, speed_rad_s, 0.0),
    )


def test_the_first_message_names_all_keys_the_others_what_changed():
    writer = KeyEventWriter()
    first = writer.message(REST)
    assert first is not None
    assert tuple(first.name) == (*KEY_NAMES, "sustain")
    assert writer.message(replace(REST, time_s=0.01)) is None
    struck = writer.message(moved(3.205, (C, G), 2.5))
    assert struck is not None
    assert struck.name == ["key_60", "key_67"]
    assert list(struck.velocity) == [2.5, 2.5]
    assert (struck.header.stamp.sec, struck.header.stamp.nanosec) == (3, 205_000_000)


def test_events_come_back_with_time_and_loudness():
    writer, reader = KeyEventWriter(), KeyEventReader()
    heard = []
    for state in (REST, moved(1.005, (C, G), 2.5), moved(1.3, (C,), 0.0), moved(1.4, (), 0.0)):
        message = writer.message(state)
        assert message is not None
        heard += reader.events(message)
    assert [(round(event.time_s, 6), event.pitch, event.velocity) for event in heard] == [
        (1.005, 60, midi_velocity(C, 2.5)),
        (1.005, 67, midi_velocity(G, 2.5)),
        (1.3, 67, 0),
        (1.4, 60, 0),
    ]


def test_a_new_simulator_lets_go_what_the_old_one_held():
    reader, old, new = KeyEventReader(), KeyEventWriter(), KeyEventWriter()
    reader.events(old.message(REST))
    reader.events(old.message(moved(1.0, (C,), 2.0)))
    assert [(event.pitch, event.velocity) for event in reader.events(new.message(REST))] == [(60, 0)]


def test_the_pedal_goes_down_and_comes_up_at_the_beginning_of_a_step_or_a_part_of_it():
    writer, reader = KeyEventWriter(), KeyEventReader()
    down, up = writer.pedal_message(21, True), writer.pedal_message(30.2, False)
    assert (down.name, list(down.position)) == (["sustain"], [1.0])
    assert (down.header.stamp.sec, down.header.stamp.nanosec) == (1, 50_000_000)
    events = [event for message in (down, down, up) for event in reader.events(message)]
    assert events == [PedalEvent(1.05, True), PedalEvent(1.51, False)]


def test_who_comes_late_learns_where_the_pedal_is():
    writer, late = KeyEventWriter(), KeyEventReader()
    writer.pedal_message(1, True)
    message = writer.message(moved(1.0, (C,), 2.0))
    assert [type(event) for event in late.events(message)] == [PedalEvent, KeyEvent]
    again = KeyEventWriter().message(REST)
    assert PedalEvent(0.005, False) in late.events(again), "a new simulator begins with the pedal up"


def test_who_comes_late_learns_what_what_is_held():
    writer, reader = KeyEventWriter(), KeyEventReader()
    assert not writer.has_subscribers(0)
    assert writer.has_subscribers(1)
    writer.message(REST)
    writer.message(moved(1.0, (C,), 2.0))
    assert writer.has_subscribers(1)
    assert writer.message(moved(1.005, (C,), 0.0)) is None
    assert writer.has_subscribers(2)
    message = writer.message(moved(1.01, (C,), 0.0))
    assert message is not None
    assert [(event.pitch, event.velocity > 0) for event in reader.events(message)] == [(60, True)]


def test_what_happened_while_nobody_listened_is_known_afterwards():
    writer, reader = KeyEventWriter(), KeyEventReader()
    writer.has_subscribers(1)
    reader.events(writer.message(moved(1.0, (C,), 2.0)))
    writer.has_subscribers(0)
    writer.has_subscribers(1)
    message = writer.message(moved(2.0, (G,), 2.0))
    assert [(event.pitch, event.velocity > 0) for event in reader.events(message)] == [(60, False), (67, True)]


def test_messages_that_must_not_be_used():
    for change, words in (
        ({"name": ["key_60", "key_200"]}, "unknown: key_200"),
        ({"name": ["key_60", "key_60"]}, "repeated: key_60"),
        ({"velocity": [1.0]}, "a position and a velocity"),
        ({"position": [0.1, float("nan")]}, "finite"),
    ):
        message = KeyEventWriter().message(REST)
        assert message is not None
        message.name, message.position, message.velocity = ["key_60", "key_67"], [0.1, 0.1], [1.0, 1.0]
        for name, value in change.items():
            setattr(message, name, value)
        with pytest.raises(MessageError, match=words):
            KeyEventReader().events(message)
