"""Networks as files: what runs, and every reason to refuse one.

The files are written with onnx itself, so that nothing of training is needed to read them.
"""

import json
import os
import subprocess
import sys

import numpy as np
import pytest
from benchmarks.fuzz.onnx_networks import tiny_network

from pianomime_core.errors import UserError
from pianomime_policy.networks.network_file import PROVENANCE, NetworkFile

onnx = pytest.importorskip("onnx", reason="needs onnx, of requirements-training.txt")

NAMES = ["rh_WRJ2", "rh_WRJ1", "lh_WRJ2"]
EXPECTED = {
    "format": 1,
    "role": "joints",
    "target_names": tuple(NAMES),
    "target_range": np.array([[-0.5, 0.1], [-0.7, 0.5], [-0.5, 0.1]]),
    "control_timestep_s": 0.05,
    "normalisation": {"joints": [0.0, 1.0], "clip": 5},
}
GRAPH = {"inputs": [["state", ["rows", 2]], ["goal", ["rows", 2]]], "outputs": [["targets", ["rows", 3]]]}
METADATA = {
    **EXPECTED,
    "target_names": NAMES,
    "target_range": [[-0.5, 0.1], [-0.7, 0.5], [-0.5, 0.1]],
    **GRAPH,
    **dict.fromkeys(PROVENANCE, "told"),
}


@pytest.fixture
def written(tmp_path):
    """Writes targets = [state + goal, state of joint 0 + 10] with the given metadata."""

    def write(metadata, kind=onnx.TensorProto.FLOAT):
        made = onnx.helper
        inputs = [made.make_tensor_value_info(name, kind, ["rows", 2]) for name in ("state", "goal")]
        output = made.make_tensor_value_info("targets", kind, ["rows", 3])
        nodes = [
            made.make_node("Add", ["state", "goal"], ["sum"]),
            made.make_node("Gather", ["state", "first"], ["column"], axis=1),
            made.make_node("Add", ["column", "ten"], ["more"]),
            made.make_node("Concat", ["sum", "more"], ["targets"], axis=1),
        ]
        constants = [
            made.make_tensor("first", onnx.TensorProto.INT64, [1], [0]),
            made.make_tensor("ten", kind, [1], [10.0]),
        ]
        graph = made.make_graph(nodes, "tiny", inputs, [output], constants)
        model = made.make_model(graph, opset_imports=[made.make_opsetid("", 20)], ir_version=10)
        if metadata is not None:
            text = metadata if isinstance(metadata, str) else json.dumps(metadata)
            made.set_model_props(model, {"pianomime": text})
        path = tmp_path / "tiny.onnx"
        path.write_bytes(model.SerializeToString())
        return path

    return write


def refusal(path, expected=EXPECTED):
    with pytest.raises(UserError) as refused:
        NetworkFile.load(path, expected)
    message = str(refused.value)
    assert str(path) in message
    assert "\n" not in message
    return message


def test_it_computes_any_number_of_rows(written):
    network = NetworkFile.load(written(METADATA), EXPECTED)
    for rows in (1, 2, 5):
        state = np.arange(2 * rows, dtype=np.float32).reshape(rows, 2)
        goal = np.full((rows, 2), 100, np.float32)
        (targets,) = network.run(state=state, goal=goal)
        assert targets.dtype == np.float32
        assert np.array_equal(targets, np.column_stack([state + 100, state[:, 0] + 10]))


def test_the_metadata_can_be_read(written):
    network = NetworkFile.load(written({**METADATA, "scores": {"f1": 0.9}}), EXPECTED)
    assert network.metadata["scores"] == {"f1": 0.9}


def test_more_metadata_than_expected_does_no_harm(written):
    NetworkFile.load(written({**METADATA, "parameters": 17}), {"format": 1})


def test_numbers_that_went_through_float32_are_the_same(written):
    ranges = np.array(METADATA["target_range"], np.float32).tolist()
    NetworkFile.load(written({**METADATA, "target_range": ranges, "control_timestep_s": 0.05000000001}), EXPECTED)


def test_a_file_that_is_not_there_is_refused(tmp_path):
    assert "no such network file" in refusal(tmp_path / "none.onnx")
    assert "no such network file" in refusal(tmp_path)


@pytest.mark.parametrize("content", [b"", b"not a network", b"\x00" * 100])
def test_a_file_that_is_no_network_is_refused(tmp_path, content):
    path = tmp_path / "tiny.onnx"
    path.write_bytes(content)
    assert "not an ONNX file" in refusal(path)


def test_half_a_file_is_refused(written):
    path = written(METADATA)
    path.write_bytes(path.read_bytes()[:-200])
    refusal(path)


@pytest.mark.parametrize(
    ("text", "words"), [(None, "no metadata"), ("{", "not JSON"), ("[1]", "not a JSON object: [1]")]
)
def test_a_network_without_metadata_is_refused(written, text, words):
    assert words in refusal(written(text))


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"format": 2}, "format: file 2, robot 1"),
        ({"format": True}, "format: file True, robot 1"),
        ({"role": "fingering"}, "role: file 'fingering', robot 'joints'"),
        ({"control_timestep_s": 0.0501}, "control_timestep_s: file 0.0501, robot 0.05"),
        ({"control_timestep_s": None}, "control_timestep_s: file None, robot 0.05"),
        ({"target_names": ["rh_WRJ2", "rh_wrist", "lh_WRJ2"]}, "target_names[1]: file 'rh_wrist', robot 'rh_WRJ1'"),
        ({"target_names": ["rh_WRJ2", "rh_WRJ1"]}, "target_names: file 2 entries, robot 3"),
        ({"target_range": [[-0.5, 0.1], [-0.7, 0.6], [-0.5, 0.1]]}, "target_range[1][1]: file 0.6, robot 0.5"),
        ({"normalisation": {"joints": [0.0, 1.1], "clip": 5}}, "normalisation.joints[1]: file 1.1, robot 1.0"),
        ({"normalisation": {"joints": [0.0, 1.0]}}, "normalisation.clip: absent in the file, robot 5"),
        ({"normalisation": {**EXPECTED["normalisation"], "b": 1}}, "normalisation.b: file 1, absent in the robot"),
        ({"inputs": [["state", ["rows", 2]], ["goal", ["rows", 3]]]}, "inputs[1][1][1]: file 3, graph 2"),
        ({"inputs": [["state", ["rows", 2]], ["keys", ["rows", 2]]]}, "inputs[1][0]: file 'keys', graph 'goal'"),
        ({"outputs": [["targets", [1, 3]]]}, "outputs[0][1][0]: file 1, graph 'rows'"),
    ],
)
def test_one_difference_is_reported(written, change, told):
    assert refusal(written({**METADATA, **change})).endswith(f"does not fit: {told}")


def test_all_differences_are_reported_at_once(written):
    lacking = {key: value for key, value in METADATA.items() if key not in ("role", "seed", "scores", "outputs")}
    message = refusal(written({**lacking, "format": 3}))
    for told in ("format: file 3", "role: absent in the file, robot 'joints'", "seed: absent", "scores: absent"):
        assert told in message
    assert "outputs: absent in the file, graph [['targets'," in message


@pytest.mark.parametrize("key", PROVENANCE)
def test_a_network_of_unknown_origin_is_refused(written, key):
    metadata = {name: value for name, value in METADATA.items() if name != key}
    assert refusal(written(metadata)).endswith(f"does not fit: {key}: absent in the file")


def test_of_a_long_list_only_the_first_differences_are_reported(written):
    expected = {"columns": [f"column_{i}" for i in range(200)]}
    columns = [*expected["columns"][:100], *(f"other_{i}" for i in range(100))]
    message = refusal(written({**METADATA, "columns": columns}), expected)
    assert "columns[100]: file 'other_0', robot 'column_100'" in message
    assert "columns: 96 more" in message
    assert len(message) < 500


@pytest.mark.parametrize("value", [float("nan"), float("inf")])
def test_weights_that_are_no_numbers_are_named(tmp_path, value):
    path = tmp_path / "network.onnx"
    path.write_bytes(tiny_network(weights=[1, 2, 3, value, 5, 6]))
    assert refusal(path, {}).endswith("is damaged: its weights 'weights' are not finite numbers")


def test_answers_that_are_no_numbers_are_refused(tmp_path):
    path = tmp_path / "network.onnx"
    path.write_bytes(tiny_network(operator="Div"))  # by zero
    assert refusal(path, {}).endswith("is not usable: its outputs 'targets' are not finite numbers")
    path.write_bytes(tiny_network(weights=[3e38] * 6))
    with pytest.raises(UserError, match="its outputs 'targets' are not finite numbers"):
        NetworkFile.load(path, {}).run(state=np.ones((1, 2), np.float32))


def test_shapes_inside_that_do_not_fit_are_refused(tmp_path):
    path = tmp_path / "network.onnx"
    path.write_bytes(tiny_network(shape=(3, 2)))
    refusal(path, {})
    path.write_bytes(tiny_network(weights=[1, 2, 3, 4], shape=(2, 2)))
    refusal(path, {})


@pytest.mark.parametrize("sizes", [[2 * 10**10], [10**6, 3], [10**5, 10**5]])
def test_a_graph_that_asks_for_more_memory_than_there_is_is_refused(tmp_path, sizes):
    path = tmp_path / "network.onnx"
    path.write_bytes(tiny_network(operator="ConstantOfShape", sizes=sizes))
    refusal(path, {})


def test_metadata_nested_without_end_are_refused(written):
    assert "not JSON" in refusal(written("[" * 100_000))
    deep = "[" * 600 + "]" * 600
    refusal(written(json.dumps(METADATA).replace('"joints"', deep, 1)))
    refusal(written(json.dumps(METADATA).replace("0.05", "1" + 400 * "0", 1)))


def test_a_network_of_another_number_type_is_refused(written):
    assert "inputs[0][0]: file 'state', graph 'state: tensor(double)'" in refusal(
        written(METADATA, onnx.TensorProto.DOUBLE)
    )


def test_nothing_is_recorded_for_the_maker_of_the_runtime(written, tmp_path):
    path = written(METADATA)
    home = tmp_path / "home"
    home.mkdir()
    unset = {name: text for name, text in os.environ.items() if name not in ("CI", "ORT_DISABLE_TELEMETRY")}
    program = "from pathlib import Path; from pianomime_policy.networks.network_file import NetworkFile; "
    program += f"NetworkFile.load(Path({str(path)!r}), {{}})"
    environ = unset | {"HOME": str(home), "XDG_CACHE_HOME": str(home / ".cache")}
    subprocess.run([sys.executable, "-c", program], env=environ, check=True)
    assert list(home.rglob("*onnxruntime*")) == []
