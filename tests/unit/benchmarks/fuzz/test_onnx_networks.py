"""Damaged networks are refused in one line, or answer with finite numbers."""

from benchmarks.fuzz.onnx_networks import run


def test_a_short_run() -> None:
    found = run(200, 1)
    assert found.failures == []
    assert found.tried == found.accepted + found.refused == 200
    assert found.accepted > 5
    assert found.refused > 100
