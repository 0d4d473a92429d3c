"""Export of torch networks as ONNX files: equal outputs, embedded metadata, reproducible bytes."""

import copy
import json
import logging
import subprocess
import warnings
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import torch

from pianomime_core.errors import UserError
from pianomime_core.whole_file import write_whole
from pianomime_policy.networks.network_file import METADATA_KEY, ROWS, NetworkFile, as_json

OPSET = 20
TOLERANCE = 1e-4
"""Largest absolute difference of an output between torch and onnxruntime."""
_TRIED_ROWS = (1, 2, 7)


def export(
    module: torch.nn.Module,
    example_inputs: Mapping[str, torch.Tensor],
    outputs: Sequence[str],
    path: Path,
    metadata: Mapping[str, Any],
) -> float:
    """Write a network for `networks.network_file.NetworkFile`; an older file is replaced only after all checks.

    Args:
        module: Its forward takes `example_inputs` by name and returns a float32 tensor or a tuple of them, with as
            many rows as its inputs. It is not changed.
        example_inputs: (rows, ...) float32 tensors with at least two rows; only their shapes matter.
        outputs: Names of the outputs.
        path: The ONNX file; its folder is created.
        metadata: JSON values and numpy arrays. "inputs", "outputs", "opset" are added, and "git_revision" if missing.

    Returns:
        The largest absolute difference between torch and onnxruntime on random rows.

    Raises:
        UserError: The difference exceeds `TOLERANCE`, or `NetworkFile.load` refuses the file.
    """
    module = copy.deepcopy(module).cpu().eval()
    examples = {name: tensor.detach().cpu() for name, tensor in example_inputs.items()}
    rows = torch.export.Dim(ROWS)
    with _quiet():
        program = torch.onnx.export(
            module,
            kwargs=examples,
            input_names=list(examples),
            output_names=list(outputs),
            dynamic_shapes={name: {0: rows} for name in examples},
            opset_version=OPSET,
            dynamo=True,
            verbose=False,
        )
    assert program is not None
    model = _without_traces(program.model_proto)
    results = zip(outputs, _outputs(module, examples), strict=True)
    whole = {
        **metadata,
        "inputs": [[name, [ROWS, *tensor.shape[1:]]] for name, tensor in examples.items()],
        "outputs": [[name, [ROWS, *tensor.shape[1:]]] for name, tensor in results],
        "opset": OPSET,
        "git_revision": metadata.get("git_revision") or git_revision(),
    }
    onnx.helper.set_model_props(model, {METADATA_KEY: json.dumps(whole, sort_keys=True, default=as_json)})
    onnx.checker.check_model(model, full_check=True)
    path.parent.mkdir(parents=True, exist_ok=True)
    differences: list[float] = []

    def write(temporary: Path) -> None:
        temporary.write_bytes(model.SerializeToString(deterministic=True))
        differences.append(_difference(module, examples, NetworkFile.load(temporary, {})))
        if not differences[0] <= TOLERANCE:
            raise UserError(f"{str(path)!r} is not written: onnxruntime and torch differ by {differences[0]:.2g}")

    write_whole(path, write)
    return differences[0]


def export_again(source: Path, path: Path, changed: Mapping[str, Any], contract: Mapping[str, Any]) -> None:
    """Write an exported network once more: the same graph and weights, with some of its metadata changed.

    Args:
        source: What `export` wrote.
        path: The ONNX file to write; its folder is made.
        changed: Metadata by name.
        contract: What the whole metadata must say, as for `NetworkFile.load`.

    Raises:
        UserError: `NetworkFile.load` refuses the source or what was written.
    """
    model = onnx.load(source)
    metadata = {**NetworkFile.load(source, {}).metadata, **changed}
    onnx.helper.set_model_props(model, {METADATA_KEY: json.dumps(metadata, sort_keys=True, default=as_json)})
    path.parent.mkdir(parents=True, exist_ok=True)

    def write(temporary: Path) -> None:
        temporary.write_bytes(model.SerializeToString(deterministic=True))
        NetworkFile.load(temporary, contract)

    write_whole(path, write)


def weights_of(path: Path) -> dict[str, torch.Tensor]:
    """Return the state dict of the module that `export` wrote to `path`."""
    stored = {tensor.name: onnx.numpy_helper.to_array(tensor).copy() for tensor in onnx.load(path).graph.initializer}
    return {name: torch.from_numpy(array) for name, array in stored.items() if "." in name}  # the rest are constants


def git_revision() -> str:
    """Return the commit of this checkout, with "-dirty" if tracked files are changed; "unknown" outside a checkout."""
    command = ["git", "describe", "--always", "--abbrev=40", "--exclude=*", "--dirty"]
    try:
        found = subprocess.run(command, cwd=Path(__file__).parent, capture_output=True, text=True, check=True)
    except (OSError, subprocess.CalledProcessError):
        return "unknown"
    return found.stdout.strip()


@contextmanager
def _quiet() -> Iterator[None]:
    # The exporter warns about missing packages, its own imports, and the axis that all inputs share.
    registration = logging.getLogger("torch.onnx._internal.exporter._registration")
    level = registration.level
    registration.setLevel(logging.ERROR)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    finally:
        registration.setLevel(level)


def _without_traces(model: onnx.ModelProto) -> onnx.ModelProto:
    # The exporter stores source lines and paths with every node; the file must not depend on where it was made.
    for part in (model.graph, *model.functions):
        del part.metadata_props[:]
        part.doc_string = ""
        for node in part.node:
            del node.metadata_props[:]
            node.doc_string = ""
        for value in part.value_info:
            del value.metadata_props[:]
    return model


def _outputs(module: torch.nn.Module, inputs: Mapping[str, torch.Tensor]) -> tuple[torch.Tensor, ...]:
    with torch.no_grad():
        found = module(**inputs)
    return found if isinstance(found, tuple) else (found,)


def _difference(module: torch.nn.Module, examples: Mapping[str, torch.Tensor], network: NetworkFile) -> float:
    generator = torch.Generator().manual_seed(0)
    worst = 0.0
    for rows in _TRIED_ROWS:
        inputs = {
            name: torch.randn((rows, *tensor.shape[1:]), generator=generator) for name, tensor in examples.items()
        }
        ours = network.run(**{name: tensor.numpy() for name, tensor in inputs.items()})
        for found, expected in zip(ours, _outputs(module, inputs), strict=True):
            worst = max(worst, float(np.max(np.abs(found - expected.numpy()))))
    return worst
