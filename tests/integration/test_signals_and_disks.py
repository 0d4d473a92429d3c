"""Performances ended from outside, and full disks: output files are kept, and the end is reported."""

import os
import signal
import subprocess
import time
from contextlib import suppress

import mido
import pytest
from performances import PATIENCE_S, Performance, own_domain, play
from rosbags.highlevel import AnyReader

from pianomime.files.songs import find_song, read_song
from pianomime_core.midi_score import save_midi
from pianomime_core.notes import Note, Score
from pianomime_core.rollout import Rollout

PLAYED_S = 2.0
FIRST_SECOND_BYTES = 100_000
"""A recording that is longer holds states; the song lies at its beginning."""


@pytest.fixture
def performance(tmp_path):
    """One that writes all it can."""
    files = ("--rollout", tmp_path / "cut.npz", "--midi", tmp_path / "cut.mid", "--record", tmp_path / "cut.mcap")
    started = Performance(own_domain(tmp_path), "twinkle", "--controller", "idle", "--no-sound", *files)
    yield started
    started.kill()


def states_in(recording) -> int:
    with AnyReader([recording]) as reader:
        return sum(1 for connection, *_ in reader.messages() if connection.topic == "/hands/joint_states")


@pytest.mark.slow
@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143), (signal.SIGHUP, 129)])
def test_what_was_played_is_kept(performance, tmp_path, number, code):
    performance.wait_for("the song begins")
    time.sleep(PLAYED_S)
    performance.process.send_signal(number)
    ended, _, said = performance.end()
    assert ended == code, said
    assert "onset F1" in said
    assert "not measured: the song was interrupted" in said
    assert "Traceback" not in said
    steps = len(Rollout.load(tmp_path / "cut.npz").goal)
    assert 1 < steps < len(read_song(find_song("twinkle")).goal), "a part of the song"
    assert states_in(tmp_path / "cut.mcap") > 1
    assert mido.MidiFile(tmp_path / "cut.mid").tracks


@pytest.mark.slow
def test_a_simulator_that_is_ended_alone_is_not_the_goal_s_fault(performance):
    performance.wait_for("the song begins")
    time.sleep(PLAYED_S)
    os.kill(performance.nodes("sim_node")["sim_node"], signal.SIGINT)
    code, _, said = performance.end()
    assert code == 1, said
    assert "pianomime: sim_node was ended at step" in said
    assert "no goal" not in said


@pytest.mark.slow
def test_a_recorder_that_is_killed_loses_a_second_at_most(performance, tmp_path):
    performance.wait_for("the song begins")
    time.sleep(2 * PLAYED_S)
    recorders = subprocess.run(
        ["pgrep", "-P", str(performance.process.pid), "-f", "record_node"], capture_output=True, text=True, check=True
    )
    os.kill(int(recorders.stdout.split()[0]), signal.SIGKILL)
    performance.wait_for("cut-1.mcap")
    growing, deadline_s = tmp_path / "cut.partial" / "cut" / "cut.mcap", time.monotonic() + PATIENCE_S
    while not growing.exists() or growing.stat().st_size < FIRST_SECOND_BYTES:
        assert time.monotonic() < deadline_s
        time.sleep(0.1)
    performance.process.send_signal(signal.SIGINT)
    code, _, said = performance.end()
    assert code == 130, said
    before, after = states_in(tmp_path / "cut-1.mcap"), states_in(tmp_path / "cut.mcap")
    assert before > 10
    assert after > 1


@pytest.fixture
def scale(tmp_path):
    """Four seconds."""
    notes = tuple(Note(60 + 2 * k, 0.5 * k, 0.5 * k + 0.4, 80) for k in range(8))
    save_midi(Score(notes=notes, sustain=(), title=""), tmp_path / "scale.mid")
    return tmp_path / "scale.mid"


@pytest.fixture
def small_disk(tmp_path):
    """A file system of 32 kB."""
    folder = tmp_path / "small"
    folder.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=32k", "tmpfs", str(folder)], capture_output=True, text=True, check=False
    )
    if mounted.returncode:
        pytest.skip(f"a small file system cannot be mounted here: {mounted.stderr.strip()}")
    yield folder
    subprocess.run(["umount", "--lazy", str(folder)], check=True)


def test_a_recording_that_does_not_fit_is_told_at_the_end(tmp_path, scale, small_disk):
    record, file = small_disk / "long.mcap", tmp_path / "whole.npz"
    done = play(own_domain(tmp_path), scale, "--sync", "--controller", "idle", "--record", record, "--rollout", file)
    assert done.returncode == 2, done.stdout + done.stderr
    assert "onset F1" in done.stdout, "the song is played to its end"
    assert len(Rollout.load(file).goal) == len(read_song(scale).goal)
    assert f"recording {str(record)!r} cannot be written: No space left on device" in done.stderr
    assert done.stderr.count("\n") == 1


def test_a_rollout_that_does_not_fit_does_not_take_the_score(tmp_path, scale, small_disk):
    with suppress(OSError), (small_disk / "full").open("wb", buffering=0) as full:
        while True:
            full.write(bytes(4096))
    file = small_disk / "whole.npz"
    done = play(own_domain(tmp_path), scale, "--sync", "--controller", "idle", "--rollout", file)
    assert done.returncode == 2, done.stdout + done.stderr
    assert "onset F1" in done.stdout
    assert f"rollout {str(file)!r} cannot be written: No space left on device" in done.stderr
    assert done.stderr.count("\n") == 1
    assert [left.name for left in small_disk.iterdir()] == ["full"]
