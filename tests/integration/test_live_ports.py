"""The ports of a real MIDI system: listed, and refused."""

import os
import subprocess
import sys

import pytest
from benchmarks.scripted_keyboard import CLIENT
from live_sessions import PATIENCE_S


def run(environ, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "pianomime", "live", *arguments]
    return subprocess.run(command, env=environ, capture_output=True, text=True, timeout=PATIENCE_S)


def test_the_ports_are_listed(live_environ, keyboard):
    done = run(live_environ, "--list")
    assert done.returncode == 0
    assert f"{CLIENT}:keys" in done.stdout


def test_an_unknown_port_is_refused_with_the_list(live_environ, keyboard):
    done = run(live_environ, "--port", "harp")
    assert done.returncode == 2
    assert done.stderr.count("\n") == 1
    assert "unknown MIDI port 'harp'" in done.stderr
    assert f"{CLIENT}:keys" in done.stderr


def test_the_node_alone_refuses_it_too(live_environ, keyboard):
    command = [sys.executable, "-m", "pianomime_midi.live_node", "--ros-args", "-p", "port:=harp"]
    done = subprocess.run(command, env=live_environ, capture_output=True, text=True, timeout=PATIENCE_S)
    assert done.returncode == 2
    [line] = [line for line in done.stderr.splitlines() if line.startswith("error: ")]
    assert "unknown MIDI port 'harp'" in line


def test_without_a_midi_system_it_says_what_to_do(live_environ):
    if os.path.exists("/dev/snd/seq"):
        pytest.skip("ALSA's sequencer cannot be taken away from here")
    done = run(live_environ | {"JACK_DEFAULT_SERVER": "nobody"}, "--list")
    assert done.returncode == 2
    assert done.stderr.count("\n") == 1
    assert "modprobe snd-seq" in done.stderr
    assert "jackd" in done.stderr
