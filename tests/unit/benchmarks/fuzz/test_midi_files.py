"""Damaged and costly MIDI files are read or refused in one line, in bounded time and memory."""

import pytest
from benchmarks.fuzz.midi_files import cases, run


@pytest.mark.slow
def test_a_short_run() -> None:
    found = run(300, 1)
    assert found.failures == []
    assert found.tried == found.accepted + found.refused == 300
    assert found.accepted > 100
    assert found.refused > 50


def test_the_same_seed_makes_the_same_files() -> None:
    assert list(cases(20, 3)) == list(cases(20, 3))
    assert list(cases(20, 3)) != list(cases(20, 4))
