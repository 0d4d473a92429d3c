"""What the robot presses is sent to a real MIDI port while it plays, and agrees with the rollout and its MIDI file."""

import threading
import time
from pathlib import Path

import mido
import numpy as np
import pytest
from performances import own_domain, play

from pianomime_core.keyboard import LOWEST_PITCH
from pianomime_core.rollout import Rollout
from pianomime_midi.midi_ports import open_client

pytestmark = pytest.mark.usefixtures("midi_system")

PORT = "robot that is heard"
POLL_S = 0.05
LATE_S = 0.05
STEP_S = 0.05


class Listener:
    """Connects to a port as soon as it is there, and notes what comes, with the time it came."""

    def __init__(self) -> None:
        self._client = open_client("MidiIn")
        self._client.set_callback(self._hear)
        self._end = threading.Event()
        self._thread = threading.Thread(target=self._connect)
        self._thread.start()
        self.heard: list[tuple[float, list[int]]] = []

    def close(self) -> None:
        self._end.set()
        self._thread.join()
        self._client.delete()

    def _connect(self) -> None:
        while not self._end.wait(POLL_S):
            for index, name in enumerate(self._client.get_ports()):
                if PORT in name:
                    self._client.open_port(index)
                    return

    def _hear(self, message: tuple[list[int], float], data: object) -> None:
        self.heard.append((time.monotonic(), message[0]))


def scale(path: Path) -> Path:
    """Eight notes of a quarter of a second, after a second in which the listener can connect."""
    track = mido.MidiTrack()
    for pitch in (48, 60, 62, 64, 65, 67, 69, 71, 72):
        length = 960 if pitch == 48 else 240
        track.append(mido.Message("note_on", note=pitch, velocity=64))
        track.append(mido.Message("note_off", note=pitch, time=length))
    mido.MidiFile(ticks_per_beat=480, tracks=[track]).save(path)
    return path


@pytest.mark.quiet_machine
def test_presses_come_out_of_the_port_in_rhythm(tmp_path: Path) -> None:
    listener = Listener()
    try:
        done = play(
            own_domain(tmp_path),
            *(scale(tmp_path / "scale.mid"), "--no-sound", "--virtual-midi-out", PORT),
            *("--rollout", tmp_path / "x.npz", "--midi", tmp_path / "x.mid"),
        )
    finally:
        listener.close()
    assert done.returncode == 0, done
    struck = [(now, data[1], data[2]) for now, data in listener.heard if data[0] & 0xF0 == 0x90]
    written = []
    now = 0.0
    for message in mido.MidiFile(tmp_path / "x.mid"):
        now += message.time
        if message.type == "note_on" and message.velocity:
            written.append((now, message.note, message.velocity))
    pressed = Rollout.load(tmp_path / "x.npz").pressed
    before = np.vstack([np.zeros_like(pressed[:1]), pressed[:-1]])
    for step, key in np.argwhere(pressed & ~before):
        within_s = (STEP_S * step, STEP_S * (step + 1) + LATE_S)
        assert any(note == key + LOWEST_PITCH and within_s[0] <= then <= within_s[1] for then, note, _ in written)
    # A key that is brushed within a step sounds, and is up again at its end.
    assert len(written) >= int((pressed & ~before).sum())
    # What comes is what is written, in its order; a busy machine's JACK may drop a message, with its whole period.
    matched, rest = [], iter(written)
    for now, pitch, velocity in struck:
        matched.append((now, next(then for then, *note in rest if note == [pitch, velocity])))
    assert len(matched) >= len(written) - 1
    heard_s, written_s = np.array(matched).T
    assert np.median(np.abs(np.diff(heard_s) - np.diff(written_s))) < LATE_S
    assert listener.heard[-1][1][:2] == [0xB0, 123]


def test_an_unknown_port_is_refused_with_those_there_are(tmp_path: Path) -> None:
    done = play(own_domain(tmp_path), scale(tmp_path / "scale.mid"), "--midi-out", "no such port")
    assert done.returncode == 2
    assert "no such port" in done.stderr
    assert done.stderr.count("\n") == 1
