"""A few hundred damaged rollouts, demonstrations and packed clips are read or refused in one line."""

from benchmarks.fuzz.npz_files import run


def test_a_short_run() -> None:
    found = run(300, 1)
    assert found.failures == []
    assert found.tried == found.accepted + found.refused == 300
    assert found.accepted > 20
    assert found.refused > 150
