"""Torch networks written as ONNX files and read by the runtime."""

import subprocess
from pathlib import Path

import numpy as np
import pytest

from pianomime_core.errors import UserError
from pianomime_policy.networks.network_file import PROVENANCE, NetworkFile

torch = pytest.importorskip("torch", reason="needs torch, of requirements-training.txt")
onnx = pytest.importorskip("onnx", reason="needs onnx, of requirements-training.txt")

from training import export as export_module  # noqa: E402
from training.export import OPSET, export  # noqa: E402

pytestmark = pytest.mark.slow

EXAMPLES = {"goal": torch.zeros(2, 3, 4), "joints": torch.zeros(2, 5)}
METADATA = {
    "role": "test",
    "ranges": np.array([[-1.5, 0.1]]),
    "training_data": "none",
    "command": "pytest",
    "seed": 3,
    "scores": {"f1": 0.5},
}


class Tiny(torch.nn.Module):
    """Two inputs, two outputs, a dropout that must be silent, a normalisation in a buffer."""

    def __init__(self):
        super().__init__()
        torch.manual_seed(3)
        self.layers = torch.nn.Sequential(
            torch.nn.Linear(17, 8), torch.nn.LayerNorm(8), torch.nn.GELU(), torch.nn.Dropout(0.5), torch.nn.Linear(8, 6)
        )
        self.register_buffer("mean", torch.arange(6.0))

    def forward(self, goal, joints):
        found = self.layers(torch.cat([goal.flatten(1), joints], dim=1)) + self.mean
        return found, found.reshape(-1, 2, 3).sum(dim=2)


@pytest.fixture(scope="module")
def exported(tmp_path_factory):
    """Two files of the same weights."""
    folder = tmp_path_factory.mktemp("networks") / "new"
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(export_module, "git_revision", lambda: "one")  # the checkout may change in between
        for name in ("first", "second"):
            tiny = Tiny().train()
            assert export(tiny, EXAMPLES, ["targets", "sums"], folder / f"{name}.onnx", METADATA) < 1e-5
            assert tiny.training
    return folder


def test_the_runtime_computes_what_torch_does(exported):
    network = NetworkFile.load(exported / "first.onnx", {"role": "test"})
    tiny = Tiny().eval()
    rng = np.random.default_rng(1)
    for rows in (1, 4):
        goal = rng.normal(size=(rows, 3, 4)).astype(np.float32)
        joints = rng.normal(size=(rows, 5)).astype(np.float32)
        targets, sums = network.run(goal=goal, joints=joints)
        with torch.no_grad():
            expected = tiny(torch.from_numpy(goal), torch.from_numpy(joints))
        np.testing.assert_allclose(targets, expected[0], atol=1e-5)
        np.testing.assert_allclose(sums, expected[1], atol=1e-5)
        np.testing.assert_allclose(sums, targets.reshape(rows, 2, 3).sum(axis=2), atol=1e-5)


def test_the_file_says_what_it_is_and_where_it_is_from(exported):
    path = exported / "first.onnx"
    metadata = NetworkFile.load(path, METADATA).metadata
    assert metadata["git_revision"] == "one"
    assert metadata["inputs"] == [["goal", ["rows", 3, 4]], ["joints", ["rows", 5]]]
    assert metadata["outputs"] == [["targets", ["rows", 6]], ["sums", ["rows", 2]]]
    assert set(PROVENANCE) <= set(metadata)
    model = onnx.load(path)
    assert metadata["opset"] == OPSET == model.opset_import[0].version
    assert {weight.data_location for weight in model.graph.initializer} == {onnx.TensorProto.DEFAULT}
    assert sorted(file.name for file in exported.iterdir()) == ["first.onnx", "second.onnx"]


def test_the_same_weights_make_the_same_bytes(exported):
    first, second = ((exported / f"{name}.onnx").read_bytes() for name in ("first", "second"))
    assert first == second
    assert b".py" not in first  # no lines of source


def test_a_network_that_computes_otherwise_in_the_runtime_is_not_written(tmp_path, monkeypatch):
    monkeypatch.setattr(export_module, "TOLERANCE", -1.0)
    path = tmp_path / "tiny.onnx"
    path.write_bytes(b"an older one")
    with pytest.raises(UserError, match="onnxruntime and torch differ by"):
        export(Tiny(), EXAMPLES, ["targets", "sums"], path, METADATA)
    assert path.read_bytes() == b"an older one"
    assert [file.name for file in tmp_path.iterdir()] == ["tiny.onnx"]


def test_what_the_runtime_would_refuse_is_not_written(tmp_path):
    with pytest.raises(UserError, match=r"seed: absent in the file; scores: absent in the file$"):
        export(Tiny(), EXAMPLES, ["a", "b"], tmp_path / "tiny.onnx", {"training_data": "none", "command": "pytest"})
    assert not list(tmp_path.iterdir())


def test_the_revision_is_that_of_the_checkout():
    head = subprocess.run(["git", "rev-parse", "HEAD"], cwd=Path(__file__).parent, capture_output=True, text=True)
    assert export_module.git_revision().removesuffix("-dirty") == (head.stdout.strip() or "unknown")
