"""Half pedals and pedals of several channels; expected states by hand."""

import pytest

from pianomime_core.midi_pedal import RESET_CONTROLLERS, SUSTAIN_CONTROL, HalfPedal, SustainPedal


@pytest.mark.parametrize(
    ("values", "down"),
    [
        ((0, 63, 64, 127, 64, 63), "..DDD."),  # 63 is far from 127
        ((63, 64, 63, 64, 63), ".DDDD"),  # hovers: down once
        ((64, 66, 61, 66, 55, 62, 64), "DDDD..D"),  # 55 is 11 below the highest, 64 is 9 above the lowest
    ],
)
def test_a_half_pedal(values: tuple[int, ...], down: str) -> None:
    pedal, seen = HalfPedal(), ""
    for value in values:
        pedal.move(value)
        seen += "D" if pedal.down else "."
    assert seen == down


def test_the_pedal_is_down_while_a_channel_holds_it() -> None:
    pedal: SustainPedal[str] = SustainPedal()
    moves = [("right", 127), ("left", 127), ("left", 127), ("right", 0), ("left", 0), ("left", 0)]
    assert [pedal.control(channel, SUSTAIN_CONTROL, value) for channel, value in moves] == [
        True,
        False,
        False,
        False,
        True,
        False,
    ]
    assert not pedal.down


def test_a_reset_lifts_the_pedal_of_its_channel_and_other_controllers_nothing() -> None:
    pedal: SustainPedal[int] = SustainPedal()
    pedal.control(0, SUSTAIN_CONTROL, 127)
    assert not pedal.control(0, 67, 0), "the soft pedal"
    assert not pedal.control(1, RESET_CONTROLLERS, 0)
    assert pedal.control(0, RESET_CONTROLLERS, 0)
    assert not pedal.down


def test_lifted_on_all_channels() -> None:
    pedal: SustainPedal[int] = SustainPedal()
    assert not pedal.lift()
    pedal.control(0, SUSTAIN_CONTROL, 127)
    pedal.control(1, SUSTAIN_CONTROL, 127)
    assert pedal.lift()
    assert not pedal.down
    assert pedal.control(0, SUSTAIN_CONTROL, 127), "the next value counts, as of a pedal that was up"
