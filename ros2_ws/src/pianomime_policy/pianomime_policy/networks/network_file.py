# Copyright 2026 PianoMime contributors
#
# Licensed under the Apache License, Version 2.0 (the "License");
# you may not use this file except in compliance with the License.
# You may obtain a copy of the License at
#
#     http://www.apache.org/licenses/LICENSE-2.0
#
# Unless required by applicable law or agreed to in writing, software
# distributed under the License is distributed on an "AS IS" BASIS,
# WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
# See the License for the specific language governing permissions and
# limitations under the License.

"""A trained network as an ONNX file, with metadata for everything that must agree with the robot.

The metadata is one JSON object under the key "pianomime" of the file. Part of it is compared with what the caller
expects, value by value: names of joints and targets, ranges, rates, observation layout, horizon, normalisation. Part
states the network's origin (`PROVENANCE`) and only has to exist. "inputs" and "outputs" describe the graph itself,
[[name, ["rows", size, ...]], ...], all float32, for any number of rows.
"""

import json
import math
import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pianomime_core.child import ChildError, in_child
from pianomime_core.errors import UserError
from pianomime_policy.networks.network_weights import weights

# Since 1.29 onnxruntime records which models it runs and reports that to its vendor, unless disabled before loading.
os.environ.setdefault("ORT_DISABLE_TELEMETRY", "1")
import onnxruntime

METADATA_KEY = "pianomime"
PROVENANCE = ("training_data", "command", "seed", "git_revision", "scores", "opset")
ROWS = "rows"
FLOAT_TOLERANCE = 1e-6
"""Relative tolerance, so that a number stored as float32 still counts as the same."""
_SHOWN_OF_A_KEY, _SHOWN_OF_A_VALUE = 4, 60
_ERRORS_ONLY = 3
_HUGE = 1e300
"""Integers in a file from this size on may not fit into a float."""
_TRIAL_ROWS = (1, 3)
_MEMORY_BYTES, _MEMORY_FACTOR, _LIMIT_S = 500_000_000, 16, 20.0
"""Limits of a trial run; memory also grows with the size of the file."""


@dataclass(frozen=True, eq=False)
class NetworkFile:
    """A network that was checked against the robot; it runs on one CPU thread.

    Attributes:
        path: The file.
        metadata: The whole JSON object.
    """

    path: Path
    metadata: Mapping[str, Any]
    _session: onnxruntime.InferenceSession

    @classmethod
    def load(cls, path: Path, expected: Mapping[str, Any]) -> "NetworkFile":
        """Read a network and refuse it if it does not fit.

        Args:
            path: The ONNX file.
            expected: Metadata keys with their required values: JSON types, tuples, numpy arrays. Floats may differ by
                `FLOAT_TOLERANCE`; everything else must be equal.

        Raises:
            UserError: The file does not exist, onnxruntime cannot read or run it, its weights or outputs are not finite
                or it has no metadata; or values differ from the expected ones or from the graph, or provenance is
                missing, all of which the message lists.
        """
        _check(path)
        session = _open(path)
        metadata = _metadata(session, path)
        graph = {"inputs": _described(session.get_inputs()), "outputs": _described(session.get_outputs())}
        unlike = [
            *_unlike(metadata, json.loads(json.dumps(dict(expected), default=as_json)), "robot"),
            *_unlike(metadata, graph, "graph"),
            *(f"{key}: absent in the file" for key in PROVENANCE if key not in metadata),
        ]
        if unlike:
            raise UserError(f"network {str(path)!r} does not fit: {'; '.join(unlike)}")
        return cls(path, metadata, session)

    def run(self, **inputs: NDArray[np.float32]) -> tuple[NDArray[np.float32], ...]:
        """Return the outputs in the order of `metadata["outputs"]`, (rows, ...) each, for inputs with the same rows.

        Raises:
            UserError: They are not finite.
        """
        answers = tuple(self._session.run(None, inputs))
        for (name, _), answer in zip(self.metadata["outputs"], answers, strict=True):
            _require_finite(self.path, name, answer)
        return answers


def as_json(value: Any) -> Any:
    """Convert numpy arrays and numbers to lists and numbers, as `default` of `json.dumps`."""
    if isinstance(value, (np.ndarray, np.generic)):
        return value.tolist()
    raise TypeError(f"not a JSON value: {value!r}")


def _check(path: Path) -> None:
    """Check that weights and outputs are finite, in a child process: a graph may need too much memory."""
    if not path.is_file():
        raise UserError(f"no such network file: {str(path)!r}")
    try:
        for name, values in weights(path.read_bytes()):
            if not np.all(np.isfinite(values)):
                raise UserError(f"network {str(path)!r} is damaged: its weights {name!r} are not finite numbers")
    except OSError as error:
        raise UserError(f"network {str(path)!r} cannot be read: {error.strerror}") from error
    except ValueError as error:
        raise UserError(f"{str(path)!r} is not an ONNX file that onnxruntime can read: {error}") from error
    try:
        in_child(lambda: _try(path), _MEMORY_BYTES + _MEMORY_FACTOR * path.stat().st_size, _LIMIT_S)
    except ChildError as error:
        raise UserError(f"network {str(path)!r} is not usable: in a trial run it {error}") from error


def _try(path: Path) -> None:
    session, random = _open(path), np.random.default_rng(0)
    if any(value.type != "tensor(float)" for value in session.get_inputs()):
        return  # refused later because of its declared inputs
    for rows in _TRIAL_ROWS:
        inputs = {
            value.name: random.standard_normal([_size(size, rows) for size in value.shape], dtype=np.float32)
            for value in session.get_inputs()
        }
        try:
            answers = session.run(None, inputs)
        except Exception as error:  # as in `_open`
            raise UserError(f"network {str(path)!r} is damaged: it cannot be run: {error}") from error
        for value, answer in zip(session.get_outputs(), answers, strict=True):
            shape = tuple(_size(size, rows) for size in value.shape)
            if np.shape(answer) != shape:
                what = f"{value.name} has shape {np.shape(answer)}, the file says {shape}"
                raise UserError(f"network {str(path)!r} is damaged: {what}")
            _require_finite(path, value.name, answer)


def _size(size: Any, rows: int) -> int:
    return size if isinstance(size, int) else rows


def _require_finite(path: Path, name: str, answer: NDArray[np.float32]) -> None:
    if not np.all(np.isfinite(answer)):
        raise UserError(f"network {str(path)!r} is not usable: its outputs {name!r} are not finite numbers")


def _open(path: Path) -> onnxruntime.InferenceSession:
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    options.execution_mode = onnxruntime.ExecutionMode.ORT_SEQUENTIAL
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    options.add_session_config_entry("session.inter_op.allow_spinning", "0")
    options.log_severity_level = _ERRORS_ONLY
    try:
        return onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])
    except Exception as error:  # the exceptions of onnxruntime have no common base class
        raise UserError(f"{str(path)!r} is not an ONNX file that onnxruntime can read: {error}") from error


def _metadata(session: onnxruntime.InferenceSession, path: Path) -> dict[str, Any]:
    try:
        text = session.get_modelmeta().custom_metadata_map.get(METADATA_KEY)
        metadata = None if text is None else json.loads(text)
    except (ValueError, RecursionError) as error:  # not UTF-8, or nested too deeply
        raise UserError(f"network {str(path)!r} has metadata {METADATA_KEY!r} that are not JSON: {error}") from error
    if text is None:
        raise UserError(f"network {str(path)!r} has no metadata {METADATA_KEY!r}: it was not exported for this robot")
    if not isinstance(metadata, dict):
        raise UserError(
            f"network {str(path)!r} has metadata {METADATA_KEY!r} that are not a JSON object: {_short(metadata)}"
        )
    return metadata


def _described(values: list[Any]) -> list[Any]:
    # A type other than float32 is put into the name, so that it differs from any description.
    return [
        [value.name if value.type == "tensor(float)" else f"{value.name}: {value.type}", list(value.shape)]
        for value in values
    ]


def _unlike(metadata: Mapping[str, Any], expected: Mapping[str, Any], whose: str) -> Iterator[str]:
    # Only expected keys are compared; of a key that differs in many places only the first are reported.
    for key, value in expected.items():
        if key not in metadata:
            yield f"{key}: absent in the file, {whose} {_short(value)}"
            continue
        found = list(_differences(metadata[key], value, key, whose))
        yield from found[:_SHOWN_OF_A_KEY]
        if len(found) > _SHOWN_OF_A_KEY:
            yield f"{key}: {len(found) - _SHOWN_OF_A_KEY} more"


def _differences(file: Any, expected: Any, where: str, whose: str) -> Iterator[str]:
    if isinstance(file, dict) and isinstance(expected, dict):
        for key in [*expected, *(key for key in file if key not in expected)]:
            if key not in file:
                yield f"{where}.{key}: absent in the file, {whose} {_short(expected[key])}"
            elif key not in expected:
                yield f"{where}.{key}: file {_short(file[key])}, absent in the {whose}"
            else:
                yield from _differences(file[key], expected[key], f"{where}.{key}", whose)
    elif isinstance(file, list) and isinstance(expected, list):
        if len(file) != len(expected):
            yield f"{where}: file {len(file)} entries, {whose} {len(expected)}"
        for index, (mine, yours) in enumerate(zip(file, expected, strict=False)):
            yield from _differences(mine, yours, f"{where}[{index}]", whose)
    elif not _same(file, expected):
        yield f"{where}: file {_short(file)}, {whose} {_short(expected)}"


def _same(file: Any, expected: Any) -> bool:
    if isinstance(file, bool) or isinstance(expected, bool):  # True is not 1
        return file is expected
    if isinstance(file, (int, float)) and isinstance(expected, (int, float)):
        if isinstance(file, int) and isinstance(expected, int):
            return file == expected
        return abs(file) < _HUGE and math.isclose(file, expected, rel_tol=FLOAT_TOLERANCE)
    return bool(file == expected)


def _short(value: Any) -> str:
    try:
        text = repr(value)
    except RecursionError:
        text = f"a {type(value).__name__} nested without end"
    return text if len(text) <= _SHOWN_OF_A_VALUE else f"{text[:_SHOWN_OF_A_VALUE]}..."
