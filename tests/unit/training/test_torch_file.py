from pathlib import Path

import pytest
import torch
from training.torch_file import fill, read_torch

from pianomime_core.errors import UserError


def test_what_was_written_is_read(tmp_path: Path) -> None:
    torch.save({"a": torch.ones(2), "b": {"c": 3}}, tmp_path / "file.pt")
    content = read_torch(tmp_path / "file.pt", "thing", ("a", "b"))
    assert content["b"] == {"c": 3}
    assert torch.equal(content["a"], torch.ones(2))


@pytest.mark.parametrize(
    ("content", "named"),
    [
        ({"a": 1}, "it holds 'a' instead of a, b"),
        ({"a": 1, "b": 2, "c": 3}, "'a', 'b', 'c' instead of"),
        ([1], "it holds list"),
        ({"a": [torch.zeros(1), torch.tensor([float("inf")])], "b": 1}, "a.1 holds numbers that are not finite"),
        ({"a": 1, "b": {"c": {"d": torch.tensor([[float("nan")]])}}}, "b.c.d holds numbers"),
        ({"a": torch.eye(2).to_sparse(), "b": 1}, "a is a sparse tensor"),
        ({"a": 1, "b": Path("x")}, "more than tensors and plain values"),
    ],
)
def test_everything_else_is_refused_in_one_line(tmp_path: Path, content: object, named: str) -> None:
    torch.save(content, tmp_path / "file.pt")
    with pytest.raises(UserError, match=named) as refused:
        read_torch(tmp_path / "file.pt", "thing", ("a", "b"))
    assert "is not a thing" in str(refused.value)


def test_nothing_in_a_file_is_run(tmp_path: Path) -> None:
    class Harm:
        def __reduce__(self):
            return (Path.touch, (tmp_path / "harm",))

    torch.save({"a": Harm()}, tmp_path / "file.pt")
    with pytest.raises(UserError, match="is not a thing"):
        read_torch(tmp_path / "file.pt", "thing", ("a",))
    assert not (tmp_path / "harm").exists()


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(UserError, match=r"nowhere.* is not a thing: there is no such file"):
        read_torch(tmp_path / "nowhere", "thing", ())


@pytest.mark.parametrize("device", ["cpu", "meta"])
def test_weights_are_loaded(device: str) -> None:
    given = torch.nn.Linear(2, 3)
    with torch.device(device):
        line = torch.nn.Linear(2, 3)
    fill(line, given.state_dict(), Path("w.pt"))
    rows = torch.randn(4, 2)
    torch.testing.assert_close(line(rows), given(rows), rtol=0, atol=0)


@pytest.mark.parametrize(
    ("weights", "named"),
    [
        ({"weight": torch.zeros(3, 5), "bias": torch.zeros(3)}, r"weight: file \(3, 5\), network \(3, 2\)$"),
        ({"weight": torch.zeros(3, 2)}, r"bias: file nothing, network \(3,\)"),
        ({"weight": torch.zeros(3, 2), "bias": torch.zeros(3), "more": torch.zeros(1)}, "more: file .*network nothing"),
        ({"weight": 1.0, "bias": torch.zeros(3)}, "weight: file .*no tensor"),
        (torch.zeros(3), "holds no weights but Tensor"),
        (
            {"weight": torch.zeros(3, 2, dtype=torch.bool), "bias": torch.zeros(3)},
            "bool as weight: must be torch.float32",
        ),
    ],
)
def test_weights_of_another_network_are_refused(weights: object, named: str) -> None:
    line = torch.nn.Linear(2, 3)
    before = line.weight.detach().clone()
    with pytest.raises(UserError, match=named):
        fill(line, weights, Path("w.pt"))
    assert torch.equal(line.weight, before)
