"""Hand-made messages, and the events they give."""

import mido
import pytest

from pianomime_core.goal_window import NoteEvent
from pianomime_midi.keyboard_events import KeyboardConfig, KeyboardEvents

PEDAL = 64


def on(pitch: int, velocity: int = 80, channel: int = 0) -> mido.Message:
    return mido.Message("note_on", note=pitch, velocity=velocity, channel=channel)


def off(pitch: int, channel: int = 0) -> mido.Message:
    return mido.Message("note_off", note=pitch, channel=channel)


def control(number: int, value: int = 0, channel: int = 0) -> mido.Message:
    return mido.Message("control_change", control=number, value=value, channel=channel)


class Listener:
    """The events and warnings of messages that come one second after another."""

    def __init__(self, **config) -> None:
        self.warnings: list[str] = []
        self.keyboard = KeyboardEvents(KeyboardConfig(**config), self.warnings.append)
        self.time_s = 0.0

    def receive(self, *messages: mido.Message) -> list[tuple[float, bool, int | None]]:
        events = []
        for message in messages:
            self.time_s += 1.0
            events += self.keyboard.receive(message, self.time_s)
        return [(event.time_s, event.down, event.pitch) for event in events]


def test_a_key_goes_down_and_up():
    assert Listener().receive(on(60), off(60)) == [(1.0, True, 60), (2.0, False, 60)]


def test_a_note_on_of_velocity_0_is_a_note_off():
    assert Listener().receive(on(60), on(60, velocity=0)) == [(1.0, True, 60), (2.0, False, 60)]


def test_a_note_off_without_its_note_on_is_nothing():
    assert Listener().receive(off(60), on(61), off(60), off(61), off(61)) == [(2.0, True, 61), (4.0, False, 61)]


def test_a_held_key_struck_again_comes_up_once():
    assert Listener().receive(on(60), on(60), off(60), off(60)) == [(1.0, True, 60), (2.0, True, 60), (3.0, False, 60)]


def test_a_key_struck_by_two_channels_is_held_until_both_let_go():
    heard = Listener().receive(on(60), on(60, channel=1), off(60), off(60, channel=1))
    assert heard == [(1.0, True, 60), (2.0, True, 60), (4.0, False, 60)]


def test_a_half_pedal_sends_many_values_and_changes_once():
    values = (0, 10, 63, 64, 90, 127, 64, 63, 0)
    assert Listener().receive(*(control(PEDAL, value) for value in values)) == [(4.0, True, None), (8.0, False, None)]


def test_a_pedal_that_trembles_around_the_middle_changes_once():
    values = (*[63, 64] * 20, 66, 61, 66, 55, 62, 64, 65, 64, 80, 70, 64, 63)
    heard = Listener().receive(*(control(PEDAL, value) for value in values))
    # Down at the first 64; 55 is far enough from 66, 64 from 55, 63 from 80.
    assert heard == [(2.0, True, None), (44.0, False, None), (46.0, True, None), (52.0, False, None)]


def test_each_channel_keeps_its_own_pedal():
    pressed, lifted = ([control(PEDAL, value, channel) for channel in (0, 1)] for value in (99, 0))
    for lifting in (lifted, [control(121), control(121, channel=1)]):
        assert Listener().receive(*pressed, *lifting) == [(1.0, True, None), (4.0, False, None)]


@pytest.mark.parametrize("lift", [control(121), mido.Message("reset"), None])
def test_a_pedal_that_was_lifted_from_afar_goes_down_with_the_next_value(lift):
    listener = Listener()
    listener.receive(control(PEDAL, 127))
    if lift is None:
        listener.keyboard.release_all(1.5)
    else:
        listener.receive(lift)
    assert [down for _, down, _ in listener.receive(control(PEDAL, 127))] == [True]


@pytest.mark.parametrize("later_s", [0.0, 0.003, 0.012])
def test_a_keyboard_with_two_voices_strikes_each_key_once(later_s):
    keyboard = Listener().keyboard
    events = []
    for time_s in (1.0, 1.03, 1.5):  # a repetition as fast as a machine's, and one of a pianist
        for message, at_s in (
            (on(60), 0.0),
            (on(60, channel=1), later_s),
            (off(60), 0.02),
            (off(60, channel=1), 0.022),
        ):
            events += keyboard.receive(message, time_s + at_s)
    assert [(event.time_s, event.down) for event in events] == [
        (pytest.approx(time_s), down)
        for start_s in (1.0, 1.03, 1.5)
        for time_s, down in ((start_s, True), (start_s + 0.022, False))
    ]
    assert keyboard.received == 3


def test_a_second_voice_that_comes_when_the_key_is_up_is_nothing():
    keyboard = Listener().keyboard
    heard = [
        event
        for message, time_s in ((on(60), 1.0), (off(60), 1.005), (on(60, channel=1), 1.01), (off(60, channel=1), 1.015))
        for event in keyboard.receive(message, time_s)
    ]
    assert [(event.time_s, event.down) for event in heard] == [(1.0, True), (1.005, False)]
    assert keyboard.held == ()


@pytest.mark.parametrize("number", [120, 123, 124, 125, 126, 127])
def test_all_notes_off_lets_go_of_the_keys_of_its_channel(number):
    heard = Listener().receive(on(60), on(64), on(67, channel=3), control(number), off(60), off(67, channel=3))
    assert heard[3:] == [(4.0, False, 60), (4.0, False, 64), (6.0, False, 67)]


def test_all_notes_off_leaves_the_pedal_as_it_is():
    assert Listener().receive(control(PEDAL, 127), control(123)) == [(1.0, True, None)]


def test_controllers_reset_raise_the_pedal_and_a_system_reset_everything():
    assert Listener().receive(control(PEDAL, 127), on(60), control(121)) == [
        (1.0, True, None),
        (2.0, True, 60),
        (3.0, False, None),
    ]
    assert Listener().receive(control(PEDAL, 127), on(60), mido.Message("reset"))[2:] == [
        (3.0, False, 60),
        (3.0, False, None),
    ]


def test_a_keyboard_that_is_gone_holds_nothing():
    listener = Listener()
    listener.receive(on(67), on(60), control(PEDAL, 127))
    assert listener.keyboard.held == (60, 67)
    assert listener.keyboard.release_all(9.0) == [
        NoteEvent(9.0, False, 60),
        NoteEvent(9.0, False, 67),
        NoteEvent(9.0, False),
    ]
    assert listener.keyboard.held == ()
    assert listener.keyboard.release_all(10.0) == []
    # Its late note-offs mean nothing.
    assert listener.receive(off(60), off(67)) == []


def test_a_stuck_key_is_released_at_the_end_of_its_time_and_reported_once():
    listener = Listener(longest_note_s=5.0)
    listener.receive(on(60), on(64))  # at 1 s and 2 s
    assert listener.keyboard.expire(6.0) == []
    assert listener.keyboard.expire(6.5) == [NoteEvent(6.0, False, 60)]
    assert listener.keyboard.expire(8.0) == [NoteEvent(7.0, False, 64)]
    assert listener.keyboard.stuck == 2
    [warning] = listener.warnings
    assert "5 s" in warning


def test_a_key_struck_again_is_not_stuck():
    listener = Listener(longest_note_s=5.0)
    listener.receive(on(60), *[on(72)] * 3, on(60))  # 60 at 1 s and 5 s
    assert [event.pitch for event in listener.keyboard.expire(8.0)] == [72] * 0
    assert [event.pitch for event in listener.keyboard.expire(9.5)] == [72]


def test_only_one_channel_is_used_counted_from_1():
    heard = Listener(channel=2).receive(on(60), on(62, channel=1), control(PEDAL, 127), off(62, channel=1))
    assert heard == [(2.0, True, 62), (4.0, False, 62)]


def test_transposition_holds_for_both_ends_of_a_note():
    assert Listener(transpose=-12).receive(on(60), off(60)) == [(1.0, True, 48), (2.0, False, 48)]


def test_notes_outside_the_piano_are_dropped_and_reported_once():
    listener = Listener(transpose=12)
    assert listener.receive(on(97), off(97), on(96), on(110), on(8), on(9)) == [(3.0, True, 108), (6.0, True, 21)]
    assert listener.keyboard.outside == 3
    assert listener.keyboard.received == 2
    [warning] = listener.warnings
    assert "109" in warning
    assert "21..108" in warning


def test_what_is_not_for_a_piano_is_nothing():
    assert (
        Listener().receive(
            mido.Message("pitchwheel", pitch=100),
            mido.Message("aftertouch", value=3),
            mido.Message("polytouch", note=60, value=3),
            mido.Message("program_change", program=5),
            mido.Message("clock"),
            mido.Message("sysex", data=(1, 2, 3)),
            control(1, 100),
        )
        == []
    )


def test_a_key_is_as_loud_as_it_is_struck():
    keyboard = Listener().keyboard
    assert keyboard.receive(on(60, velocity=101), 1.0) == [NoteEvent(1.0, True, 60, 101)]
