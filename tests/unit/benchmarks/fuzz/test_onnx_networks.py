"""Damaged networks are refused in one line, or answer with finite numbers."""

import pytest
from benchmarks.fuzz.onnx_networks import run


@pytest.mark.slow
def test_a_short_run() -> None:
    found = run(200, 1)
    assert found.failures == []
    assert found.tried == found.accepted + found.refused == 200
    assert found.accepted > 5
    assert found.refused > 100
