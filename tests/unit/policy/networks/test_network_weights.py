"""Weights are found anywhere in an ONNX file, checked with the onnx package."""

import numpy as np
import pytest
from benchmarks.fuzz.onnx_networks import tiny_network

from pianomime_policy.networks.network_weights import weights

VALUES = [1.0, -2.5, float("nan"), 0.25]


def test_the_weights_of_a_file_without_onnx() -> None:
    found = dict(weights(tiny_network(weights=[1, 2, 3, 4, 5, 6])))
    assert found["weights"].tolist() == [1, 2, 3, 4, 5, 6]
    assert found["sizes"].tolist() == [0, 0, 0]


@pytest.mark.parametrize("raw", [True, False])
@pytest.mark.parametrize("kind", ["FLOAT", "DOUBLE", "FLOAT16", "BFLOAT16"])
def test_every_type_and_place(kind: str, raw: bool) -> None:
    onnx = pytest.importorskip("onnx", reason="needs onnx, of requirements-training.txt")
    made, number = onnx.helper, getattr(onnx.TensorProto, kind)
    array = np.array(VALUES, made.tensor_dtype_to_np_dtype(number))

    def tensor(name):
        return made.make_tensor(name, number, [4], array.tobytes() if raw else VALUES, raw=raw)

    inner = made.make_graph([made.make_node("Constant", [], ["c"], value=tensor("in a constant"))], "inner", [], [])
    branch = made.make_node("If", ["x"], ["y"], then_branch=inner)
    model = made.make_model(made.make_graph([branch], "outer", [], [], [tensor("initial")]))
    found = dict(weights(model.SerializeToString()))
    assert found.keys() == {"initial", "in a constant"}
    for values in found.values():
        np.testing.assert_array_equal(values.astype(np.float64), VALUES)


def test_weights_in_another_file_are_refused() -> None:
    onnx = pytest.importorskip("onnx", reason="needs onnx, of requirements-training.txt")
    tensor = onnx.TensorProto(name="far", data_type=1, dims=[4], data_location=onnx.TensorProto.EXTERNAL)
    model = onnx.helper.make_model(onnx.helper.make_graph([], "outer", [], [], [tensor]))
    with pytest.raises(ValueError, match="tensor 'far' lies in another file"):
        list(weights(model.SerializeToString()))


@pytest.mark.parametrize("data", [b"\xff" * 30, b"\x3a\xff\xff\xff\x7f", b"\x38\x01", b"\x3b", tiny_network()[:-10]])
def test_what_is_no_such_file(data: bytes) -> None:
    with pytest.raises(ValueError, match=r"no end|missing|not a message|not a protobuf"):
        list(weights(data))
