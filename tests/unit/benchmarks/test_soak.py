"""The parts of benchmarks.soak that could be wrong unnoticed."""

import os
import subprocess
import sys

import pytest
from benchmarks.soak import Memory, SoakOptions, main, medley, resident_mb

from pianomime_core.errors import UserError
from pianomime_core.notes import Note, Score

SONG = Score(notes=(Note(60, 0.0, 1.0, 80), Note(64, 1.0, 3.0, 80)), sustain=(), title="two notes")


def test_a_medley_repeats_and_ends_in_time():
    notes = medley([SONG], 10.0).notes
    # A round takes 3 s and a pause of 1 s; the last note is cut short.
    assert [(note.pitch, note.onset_s, note.offset_s) for note in notes] == [
        (60, 0.0, 1.0),
        (64, 1.0, 3.0),
        (60, 4.0, 5.0),
        (64, 5.0, 7.0),
        (60, 8.0, 9.0),
        (64, 9.0, 10.0),
    ]


def test_growth_counts_from_the_warm_up_on():
    memory = Memory([(0.0, 50.0), (10.0, 90.0), (20.0, 100.0), (30.0, 130.0), (40.0, 112.0)])
    assert memory.growth_mb(20.0) == 12.0
    assert memory.growth_mb(60.0) == 0.0


def test_resident_memory_is_that_of_the_process():
    hoard = (
        "import sys; data = bytearray(64 << 20); data[::4096] = b'x' * len(data[::4096]); print(flush=True); input()"
    )
    with subprocess.Popen([sys.executable, "-c", hoard], stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        process.stdout.readline()
        size = resident_mb(process.pid)
        process.communicate(b"\n")
    assert 64 < size < 128
    assert resident_mb(process.pid) is None
    assert resident_mb(os.getpid()) > 1


@pytest.mark.parametrize("minutes", [0.0, -1.0, 31.0])
def test_bad_lengths_are_refused(minutes):
    with pytest.raises(UserError, match="minutes"):
        main(SoakOptions(minutes=minutes))
