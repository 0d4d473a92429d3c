"""sound_node: key events in, on instruments that record events."""

from pathlib import Path
from types import SimpleNamespace

import pytest
import rclpy
from node_ports import deliver
from ros_start import start_ros
from sensor_msgs.msg import JointState

from pianomime_core.errors import UserError
from pianomime_core.key_events import midi_velocity
from pianomime_core.keyboard import KEYBOARD
from pianomime_core.ros_topics import KEY_EVENTS
from pianomime_sim import sound_node
from pianomime_sim.sound_node import SoundNode

C = 60 - 21


@pytest.fixture
def instruments(monkeypatch):
    """What is made, with which arguments, and what it is told."""
    made = SimpleNamespace(speakers=[], ports=[], heard=[], closed=0)

    def instrument(kind):
        def make(*arguments):
            kind.append(arguments)

            def close():
                made.closed += 1

            return SimpleNamespace(
                press=lambda pitch, velocity: made.heard.append((pitch, velocity)),
                release=lambda pitch: made.heard.append((pitch, 0)),
                pedal=lambda down: made.heard.append(("pedal", down)),
                close=close,
            )

        return make

    monkeypatch.setattr(sound_node, "Speaker", instrument(made.speakers))
    monkeypatch.setattr(sound_node, "MidiOut", instrument(made.ports))
    return made


@pytest.fixture
def start():
    parts = []

    def make(**values) -> SoundNode:
        start_ros(**values)
        parts.append(SoundNode())
        return parts[-1]

    yield make
    for part in parts:
        part.node.destroy_node()
    rclpy.try_shutdown()


def message(angle_rad: float, velocity_rad_s: float, milliseconds: int) -> JointState:
    told = JointState(name=["key_60"], position=[angle_rad], velocity=[velocity_rad_s])
    told.header.stamp.nanosec = milliseconds * 1_000_000
    return told


def test_a_press_is_played_with_its_loudness_and_let_go(instruments, start):
    part = start(soundfont="piano.sf2")
    deliver(part.node, KEY_EVENTS, message(KEYBOARD.travel_rad[C], 2.5, 105))
    deliver(part.node, KEY_EVENTS, message(0.0, -1.0, 150))
    part.close()
    assert instruments.speakers == [(Path("piano.sf2"),)]
    assert instruments.ports == []
    assert instruments.heard == [(60, midi_velocity(C, 2.5)), (60, 0)]
    assert instruments.closed == 1


def test_the_pedal_is_played(instruments, start):
    part = start()
    for position in (1.0, 0.0):
        deliver(part.node, KEY_EVENTS, JointState(name=["sustain"], position=[position], velocity=[0.0]))
    part.close()
    assert instruments.heard == [("pedal", True), ("pedal", False)]


def test_a_port_and_a_speaker_play_the_same(instruments, start):
    part = start(midi_out="synth")
    deliver(part.node, KEY_EVENTS, message(KEYBOARD.travel_rad[C], 2.5, 105))
    part.close()
    assert instruments.ports == [("synth", "")]
    assert instruments.heard == 2 * [(60, midi_velocity(C, 2.5))]


def test_a_message_that_makes_no_sense_is_left_out(instruments, start):
    part = start()
    told = message(KEYBOARD.travel_rad[C], 2.5, 105)
    told.name = ["key_200"]
    deliver(part.node, KEY_EVENTS, told)
    part.close()
    assert instruments.heard == []


def test_nothing_to_play_on_is_bad_input(instruments, start):
    with pytest.raises(UserError, match="nothing to play on: set speaker, midi_out or virtual_midi_out"):
        start(speaker="false")
