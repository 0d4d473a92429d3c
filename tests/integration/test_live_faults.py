"""Keyboards, servers and nodes that disappear and return during a live session."""

import os
import signal
import time

import numpy as np
import pytest
from benchmarks.scripted_keyboard import CLIENT, Keyboard
from live_sessions import READY, music
from processes import node_of

from pianomime_core.rollout import Rollout


def test_a_keyboard_that_is_unplugged_lets_go_and_is_heard_again(midi_system, session, tmp_path):
    file = tmp_path / "live.npz"
    first = Keyboard()
    live = session("--port", CLIENT, "--controller", "idle", "--delay", "0.2", "--rollout", file)
    live.until(READY)
    for pitch in (60, 64, 67):
        first.send(0x90, pitch, 80)
    time.sleep(1.0)
    first.unplug()
    live.until("is gone")
    time.sleep(1.0)
    second = Keyboard()
    try:
        live.until("is back")
        second.send(0x90, 72, 80)
        time.sleep(0.5)
        second.send(0x80, 72, 0)
        time.sleep(1.0)
        assert live.end() == 0, live.said
    finally:
        second.unplug()
    assert live.said.count("is gone") == live.said.count("is back") == 1
    assert "F1" in live.said
    goal, _ = music(Rollout.load(file))
    keys = [set((np.flatnonzero(row) + 21).tolist()) for row in goal]
    assert keys[0] == {60, 64, 67}
    assert keys[-1] == {72}
    silent = [row for row, down in enumerate(keys) if not down]
    assert silent, "the chord is let go when the keyboard is gone, before the next note"
    assert all(down == {60, 64, 67} for down in keys[: silent[0]])
    assert all(down == {72} for down in keys[silent[-1] + 1 :])
    # 1 s before it was pulled, 1 s at most to find out: the chord is no longer than that by much.
    assert silent == list(range(silent[0], silent[-1] + 1))


@pytest.mark.slow
def test_a_killed_live_node_comes_back_and_the_session_goes_on(session, keyboard, tmp_path):
    file = tmp_path / "live.npz"
    live = session("--port", "keys", "--controller", "idle", "--rollout", file)
    live.until(READY)
    keyboard.send(0x90, 60, 80)
    time.sleep(1.0)
    os.kill(node_of(live.process.pid, "pianomime_midi.live_node"), signal.SIGKILL)
    live.until("started again")
    live.until(READY)
    keyboard.send(0x90, 72, 80)
    time.sleep(1.0)
    assert live.end() == 0, live.said
    goal, _ = music(Rollout.load(file))
    keys = [(np.flatnonzero(row) + 21).tolist() for row in goal]
    assert keys[0] == [60]
    assert [] in keys, "a keyboard that nobody hears holds nothing for long"
    assert keys[-1] == [72]


@pytest.mark.slow
def test_a_keyboard_that_is_gone_while_live_node_restarts_is_waited_for(midi_system, session, tmp_path):
    file = tmp_path / "live.npz"
    first = Keyboard()
    live = session("--port", "keys", "--controller", "idle", "--delay", "0.2", "--rollout", file)
    live.until(READY)
    first.send(0x90, 60, 80)
    time.sleep(1.0)
    first.unplug()
    os.kill(node_of(live.process.pid, "pianomime_midi.live_node"), signal.SIGKILL)
    live.until("started again")
    live.until("is not there: waiting for it")
    second = Keyboard()
    try:
        live.until("is back")
        second.send(0x90, 72, 80)
        time.sleep(1.0)
        assert live.end() == 0, live.said
    finally:
        second.unplug()
    assert live.said.count("started again") == 1
    goal, _ = music(Rollout.load(file))
    assert set((np.flatnonzero(goal.any(axis=0)) + 21).tolist()) == {60, 72}


@pytest.mark.slow
def test_a_midi_server_that_ends_is_waited_for(midi_system, session, tmp_path):
    if midi_system is None:
        pytest.skip("ALSA's sequencer cannot be taken away from here")
    file = tmp_path / "live.npz"
    first = Keyboard()
    live = session("--port", "keys", "--controller", "idle", "--delay", "0.2", "--rollout", file)
    live.until(READY)
    first.send(0x90, 60, 80)
    time.sleep(1.0)
    midi_system.end()
    first.unplug()
    live.until("is gone")
    midi_system.begin()
    second = Keyboard()
    live.until("is back")
    try:
        second.send(0x90, 72, 80)
        time.sleep(1.0)
        assert live.end() == 0, live.said
    finally:
        second.unplug()
    assert live.said.count("WARN") == live.said.count("is gone") == live.said.count("is back") == 1, live.said
    assert "started again" not in live.said
    goal, _ = music(Rollout.load(file))
    keys = [set((np.flatnonzero(row) + 21).tolist()) for row in goal]
    assert keys[0] == {60}
    assert set() in keys
    assert keys[-1] == {72}
