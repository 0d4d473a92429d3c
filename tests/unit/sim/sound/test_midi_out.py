"""Bytes on a MIDI port, with a client that records them."""

import pytest

from pianomime_core.errors import UserError
from pianomime_sim.sound import midi_out
from pianomime_sim.sound.midi_out import MidiOut


class Client:
    """Stands for rtmidi.MidiOut."""

    def __init__(self) -> None:
        self.calls: list[object] = []

    def get_ports(self) -> list[str]:
        return ["Synth:in 20:0", "Organ:in 24:0"]

    def open_port(self, index: int, name: str) -> None:
        self.calls.append(index)

    def open_virtual_port(self, name: str) -> None:
        self.calls.append(name)

    def send_message(self, data: list[int]) -> None:
        self.calls.append(data)

    def close_port(self) -> None:
        self.calls.append("close")

    def delete(self) -> None:
        self.calls.append("delete")


@pytest.fixture
def client(monkeypatch: pytest.MonkeyPatch) -> Client:
    client = Client()
    monkeypatch.setattr(midi_out, "open_client", lambda kind: client)
    return client


def test_notes_as_bytes_and_silence_at_the_end(client: Client) -> None:
    out = MidiOut("organ")
    out.press(60, 77)
    out.release(60)
    out.close()
    assert client.calls == [1, [0x90, 60, 77], [0x80, 60, 0], [0xB0, 123, 0], "close", "delete"]


def test_the_pedal_is_control_64_and_comes_up_at_the_end(client: Client) -> None:
    out = MidiOut("organ")
    out.pedal(True)
    out.pedal(False)
    out.pedal(True)
    out.close()
    assert client.calls == [
        1,
        [0xB0, 64, 127],
        [0xB0, 64, 0],
        [0xB0, 64, 127],
        [0xB0, 64, 0],
        [0xB0, 123, 0],
        "close",
        "delete",
    ]


def test_a_port_of_our_own(client: Client) -> None:
    MidiOut(virtual="robot")
    assert client.calls == ["robot"]


def test_an_unknown_port(client: Client) -> None:
    with pytest.raises(UserError, match=r"unknown MIDI port 'drum': ports are 'Synth:in 20:0', 'Organ:in 24:0'"):
        MidiOut("drum")
    assert client.calls == ["delete"]
