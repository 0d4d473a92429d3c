"""A hundred damaged networks and checkpoints are read or refused in one line."""

from benchmarks.fuzz.checkpoint_files import run


def test_a_short_run() -> None:
    found = run(100, 1)
    assert found.failures == []
    assert found.tried == found.accepted + found.refused == 100
    assert found.accepted > 5
    assert found.refused > 50
