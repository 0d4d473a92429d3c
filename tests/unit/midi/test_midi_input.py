"""The port with a fake rtmidi whose ports can be unplugged; tests/integration/test_live.py has a real one."""

import sys
from types import SimpleNamespace

import pytest

from pianomime_core.errors import UserError
from pianomime_midi import midi_input
from pianomime_midi.midi_input import MidiInput

KEYS, ORGAN = "Keys:Keys MIDI 1 20:0", "Organ:Organ MIDI 1 24:0"
NOTE_ON = [0x90, 60, 80]


class Rtmidi:
    """A stand-in for python-rtmidi. `ports` are plugged in; `busy` ones cannot be opened."""

    API_LINUX_ALSA, API_UNIX_JACK = 2, 3
    SystemError = type("SystemError", (OSError,), {})
    UnsupportedOperationError = type("UnsupportedOperationError", (OSError,), {})

    def __init__(self) -> None:
        self.ports = [KEYS, ORGAN]
        self.busy: set[str] = set()
        self.running = True
        self.system = self.API_LINUX_ALSA
        self.clients: list[SimpleNamespace] = []

    def MidiIn(self, system: int, name: str) -> SimpleNamespace:  # noqa: N802 (rtmidi's name)
        if not self.running:
            raise self.SystemError("JACK server not running?")
        client = SimpleNamespace(opened=None, callback=None)

        def open_port(index: int, name: str) -> None:
            if self.ports[index] in self.busy:
                raise self.SystemError("error making port connection")
            client.opened = self.ports[index]

        client.get_current_api = lambda: self.system
        client.get_ports = lambda: list(self.ports)
        client.open_port = open_port
        client.open_virtual_port = lambda name: setattr(client, "opened", name)
        client.set_callback = lambda callback: setattr(client, "callback", callback)
        client.delete = lambda: self.clients.remove(client)
        self.clients.append(client)
        return client

    def send(self, data: list[int]) -> None:
        for client in self.clients:
            client.callback((data, 0.0), None)


@pytest.fixture
def rtmidi(monkeypatch) -> Rtmidi:
    fake = Rtmidi()
    monkeypatch.setitem(sys.modules, "rtmidi", fake)
    return fake


def test_messages_are_stamped_when_they_come(rtmidi):
    now_s = 10.0
    port = MidiInput("keys", clock=lambda: now_s)
    rtmidi.send(NOTE_ON)
    now_s = 11.5
    rtmidi.send([0x80, 60, 0])
    now_s = 99.0
    messages = port.read()
    assert [(message.type, message.note, time_s) for message, time_s in messages] == [
        ("note_on", 60, 10.0),
        ("note_off", 60, 11.5),
    ]
    assert port.read() == []


def test_a_torn_message_is_dropped(rtmidi):
    port = MidiInput("keys")
    for data in ([0x90, 60], [], [60, 80], [0x90, 200, 80], NOTE_ON):
        rtmidi.send(data)
    assert [message.note for message, _ in port.read()] == [60]


def test_no_torn_bytes_end_the_listening(rtmidi):
    port = MidiInput("keys")
    for status in range(256):
        for length in range(4):
            for byte in (0, 127, 128, 255):
                rtmidi.send([status, *[byte] * length])
    rtmidi.send(NOTE_ON)
    message, _ = port.read()[-1]
    assert message.note == 60


def test_a_port_goes_and_comes_back_under_another_number(rtmidi):
    port = MidiInput("keys")
    assert port.name == "Keys:Keys MIDI 1"
    assert not port.poll()
    rtmidi.ports = [ORGAN]
    assert port.poll()
    assert not port.connected
    assert not port.poll(), "said once"
    assert [client.opened for client in rtmidi.clients] == [None]
    assert port.read() == []
    rtmidi.ports = [ORGAN, "Keys:Keys MIDI 1 28:0"]
    assert port.poll()
    assert port.connected
    rtmidi.send(NOTE_ON)
    assert len(port.read()) == 1
    assert not port.poll()


def test_another_keyboard_of_the_same_name_is_not_the_one_that_is_gone(rtmidi):
    mine, other = "Keys:Keys MIDI 1 20:0", "Keys:Keys MIDI 1 24:0"
    rtmidi.ports = [other, mine]
    port = MidiInput(mine)
    assert [client.opened for client in rtmidi.clients] == [mine]
    rtmidi.ports = [other]
    assert port.poll()
    assert not port.poll()
    rtmidi.ports = [other, "Keys:Keys MIDI 1 28:0"]
    assert port.poll()
    assert [client.opened for client in rtmidi.clients] == ["Keys:Keys MIDI 1 28:0"]


def test_a_port_that_is_back_but_busy_is_waited_for(rtmidi):
    port = MidiInput("keys")
    rtmidi.ports = [ORGAN]
    assert port.poll()
    rtmidi.ports, rtmidi.busy = [ORGAN, KEYS], {KEYS}
    assert not port.poll()
    rtmidi.busy = set()
    assert port.poll()
    assert port.connected


def test_a_virtual_port_is_made_and_does_not_go(rtmidi):
    port = MidiInput(virtual="robot")
    assert [client.opened for client in rtmidi.clients] == ["robot"]
    rtmidi.ports = []
    assert not port.poll()
    rtmidi.send(NOTE_ON)
    assert len(port.read()) == 1
    port.close()
    assert rtmidi.clients == []


def test_a_busy_port_is_refused_by_name(rtmidi):
    rtmidi.busy = {KEYS}
    with pytest.raises(UserError, match="'Keys:Keys MIDI 1' cannot be opened, it may be in use"):
        MidiInput("keys")
    assert rtmidi.clients == []


def test_an_unknown_port_is_refused_with_those_there_are(rtmidi):
    with pytest.raises(UserError, match=r"unknown MIDI port 'harp': ports are 'Keys.*20:0', 'Organ.*24:0'"):
        MidiInput("harp")
    assert rtmidi.clients == []


def test_without_midi_the_message_says_what_to_do(rtmidi):
    rtmidi.running = False
    with pytest.raises(UserError, match=r"no MIDI system answers: .*(modprobe snd-seq|no access).*jackd"):
        MidiInput("keys")


def test_a_keyboard_that_is_not_there_yet_may_be_waited_for(rtmidi):
    rtmidi.ports = [ORGAN]
    port = MidiInput("keys", wait=True)
    assert not port.connected
    assert not port.poll()
    rtmidi.ports = [ORGAN, KEYS]
    assert port.poll()
    assert port.connected
    rtmidi.send(NOTE_ON)
    assert len(port.read()) == 1


class Server:
    """Replaces JackServer."""

    def __init__(self) -> None:
        self.has_ended = False

    def close(self) -> None:
        pass


@pytest.mark.parametrize("port", [{"port": "keys"}, {"virtual": "robot"}])
def test_a_server_that_ends_is_waited_for(rtmidi, monkeypatch, port):
    servers = []
    monkeypatch.setattr(midi_input, "JackServer", lambda: servers.append(Server()) or servers[-1])
    rtmidi.system = rtmidi.API_UNIX_JACK
    heard = MidiInput(**port)
    assert not heard.poll()
    servers[0].has_ended, rtmidi.running = True, False
    assert heard.poll()
    assert not heard.connected
    assert rtmidi.clients == [], "a dead client is left before a new one is tried"
    assert not heard.poll()
    rtmidi.running = True
    assert heard.poll()
    assert heard.connected
    rtmidi.send(NOTE_ON)
    assert len(heard.read()) == 1
    servers[1].has_ended, rtmidi.running = True, False
    assert heard.poll()


def test_a_server_that_ends_while_the_keyboard_is_gone_is_left_too(rtmidi, monkeypatch):
    servers = []
    monkeypatch.setattr(midi_input, "JackServer", lambda: servers.append(Server()) or servers[-1])
    rtmidi.system = rtmidi.API_UNIX_JACK
    port = MidiInput("keys")
    rtmidi.ports = []
    assert port.poll()
    assert not port.poll()
    servers[-1].has_ended, rtmidi.running = True, False
    assert not port.poll()
    assert rtmidi.clients == []
    rtmidi.ports, rtmidi.running = [KEYS], True
    assert port.poll()
    assert port.connected
