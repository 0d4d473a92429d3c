"""The cost of trained networks beside the paper's: what is run how often, and what is said."""

import importlib.util
from itertools import pairwise
from types import SimpleNamespace

import numpy as np
import pytest
from benchmarks import network_cost
from benchmarks.network_cost import NetworkCostOptions, denoise, main
from benchmarks.planner_cost import Cost

from pianomime_core.errors import UserError


class Halving:
    """A network whose noise is twice the sample: a denoising step of n takes 2 / n of it away."""

    def __init__(self) -> None:
        self.seen: list[dict[str, np.ndarray]] = []
        inputs = [["sample", ["rows", 4, 3]], ["timestep", ["rows"]], ["condition", ["rows", 5]]]
        self.metadata = {"inputs": inputs}

    def run(self, **inputs: np.ndarray) -> tuple[np.ndarray]:
        self.seen.append(inputs)
        return (2 * inputs["sample"],)


def test_each_step_denoises_what_the_last_one_left() -> None:
    networks = {"high": Halving(), "low": Halving()}
    denoise(networks, {"high": 5, "low": 4})
    assert [len(network.seen) for network in networks.values()] == [5, 4]
    seen = networks["low"].seen
    assert [inputs["timestep"].tolist() for inputs in seen] == [[4], [3], [2], [1]]
    assert {name: value.shape for name, value in seen[0].items()} == {
        "sample": (1, 4, 3),
        "timestep": (1,),
        "condition": (1, 5),
    }
    assert all(value.dtype == np.float32 for inputs in seen for value in inputs.values())
    for before, after in pairwise(seen):
        np.testing.assert_allclose(after["sample"], before["sample"] / 2)
        assert np.array_equal(after["condition"], before["condition"])


def test_without_torch_the_rest_is_measured(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    assert main(NetworkCostOptions(controller="idle", seconds=0.1)) == 0
    said = capsys.readouterr().out
    assert "idle" in said
    assert "torch is not installed" in said


def test_the_ratio_is_of_cpu_time(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: SimpleNamespace())
    monkeypatch.setattr(network_cost, "paper_cost", lambda count: Cost(None, [9e3] * count, [6e3] * count, []))
    monkeypatch.setattr(network_cost, "measure", lambda *arguments: Cost(10.0, [9.0, 9.0], [2.0, 4.0], [1.0]))
    assert main(NetworkCostOptions(controller="idle", seconds=0.1)) == 0
    said = capsys.readouterr().out
    assert "9000 (6000)" in said
    assert "2000 times" in said


def test_more_than_wanted_is_exit_code_1(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    monkeypatch.setattr(network_cost, "measure", lambda *arguments: Cost(10.0, [9.0, 11.0], [2.0, 4.0], [1.0]))
    assert main(NetworkCostOptions(controller="idle", seconds=0.1)) == 1


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"seconds": 0.01}, "seconds is 0.01"),
        ({"paper_steps": 0}, "paper_steps 0"),
        ({"controller": "nobody"}, "'nobody'"),
    ],
)
def test_nothing_to_measure_is_refused(options: dict[str, object], words: str) -> None:
    with pytest.raises(UserError, match=words):
        main(NetworkCostOptions(**options))
