"""Messages of any content are read or refused in one short line, and spoil no reader for the next one."""

from benchmarks.fuzz.messages import run


def test_a_short_run() -> None:
    found = run(150, 1)
    assert found.failures == []
    assert found.tried == found.accepted + found.refused == 150
    assert found.accepted > 40
    assert found.refused > 40
