"""Damaged soundfonts play or are refused in one line; none crashes the process."""

from benchmarks.fuzz.soundfont_files import run


def test_a_short_run() -> None:
    found = run(100, 1)
    assert found.failures == []
    assert found.tried == found.accepted + found.refused == 100
    assert found.accepted > 10
    assert found.refused > 30
