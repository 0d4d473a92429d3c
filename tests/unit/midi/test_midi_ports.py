"""Selection of a port by name."""

import sys

import pytest

from pianomime_core.errors import UserError
from pianomime_midi.midi_ports import choose_port, open_client, stable_name

PORTS = (
    "Midi Through:Midi Through Port-0 14:0",
    "Digital Piano:Digital Piano MIDI 1 20:0",
    "nanoKEY2:nanoKEY2 MIDI 1 24:0",
    "nanoKEY2:nanoKEY2 MIDI 2 24:1",
)


@pytest.mark.parametrize(
    ("requested", "index"),
    [
        ("Digital Piano:Digital Piano MIDI 1 20:0", 1),
        ("Digital Piano:Digital Piano MIDI 1", 1),
        ("Digital Piano:Digital Piano MIDI 1 36:0", 1),  # its numbers when it was plugged in before
        ("piano", 1),
        ("through", 0),
        ("nanokey2 midi 2", 3),
        ("24:0", 2),
    ],
)
def test_a_port_by_its_name_or_a_part_of_it(requested, index):
    assert choose_port(requested, PORTS) == index


def test_the_whole_name_goes_before_a_part():
    assert choose_port("organ", ("organ 2", "organ")) == 1


def test_the_only_port_needs_no_name():
    assert choose_port("", PORTS[:2]) == 1


@pytest.mark.parametrize(
    ("requested", "ports", "words"),
    [
        ("nano", PORTS, "'nano' is ambiguous"),
        ("harp", PORTS, "unknown MIDI port 'harp'"),
        ("harp", (), "unknown MIDI port 'harp': there is no port at all"),
        ("", PORTS, "no MIDI port is named"),
        ("", PORTS[:1], "no MIDI keyboard is plugged in"),
        ("", (), "no MIDI keyboard is plugged in: there is no port at all"),
    ],
)
def test_no_port_or_several_are_refused_with_a_list(requested, ports, words):
    with pytest.raises(UserError) as caught:
        choose_port(requested, ports)
    assert words in str(caught.value)
    assert all(repr(port) in str(caught.value) for port in ports)


def test_only_the_numbers_of_alsa_are_unstable():
    assert stable_name("Keys:Keys MIDI 1 20:0") == "Keys:Keys MIDI 1"
    assert stable_name("Toy Piano:keys 2") == "Toy Piano:keys 2"


def test_without_the_library_it_is_named(monkeypatch):
    monkeypatch.setitem(sys.modules, "rtmidi", None)
    with pytest.raises(UserError, match="python-rtmidi"):
        open_client("MidiIn")
