"""Damaged videos are read or refused in one line."""

from benchmarks.fuzz.video_files import run


def test_a_short_run() -> None:
    found = run(150, 1)
    assert found.failures == []
    assert found.tried == found.accepted + found.refused == 150
    assert found.accepted > 20
    assert found.refused > 20
