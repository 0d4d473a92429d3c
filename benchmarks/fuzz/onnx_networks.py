"""Networks with damaged bytes, non-finite weights, shapes that do not fit, and graphs that need too much memory."""

import json
import struct
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np

from benchmarks.fuzz.attempts import Attempt, Report, report
from benchmarks.fuzz.mutation import mutated
from pianomime_policy.networks.network_file import METADATA_KEY, PROVENANCE, NetworkFile

_FLOAT, _INT64 = 1, 7
_NUMBERS = (0.0, 1.0, -1.0, 3e38, float("nan"), float("inf"), -float("inf"))
_OPERATORS = (
    "MatMul",
    "Add",
    "Gemm",
    "Div",
    "Reshape",
    "Expand",
    "Tile",
    "ConstantOfShape",
    "Range",
    "Gather",
    "Nonsense",
)
_SIZES = (0, 1, 2, 3, 4, -1, 2**15, 2**31, 2**34, 2**40, 2**62)


def run(count: int, seed: int) -> Report:
    """Try `count` networks; accepted ones are run."""
    with tempfile.TemporaryDirectory(prefix="pianomime-fuzz-") as folder:
        return report(_attempts(count, seed, Path(folder) / "network.onnx"), count, "onnx")


def _attempts(count: int, seed: int, path: Path) -> Iterator[Attempt]:
    random = np.random.default_rng(seed)
    for number in range(count):
        how, data = _damaged(random)

        def work(data: bytes = data) -> None:
            path.write_bytes(data)
            NetworkFile.load(path, {"role": "test"}).run(state=np.ones((5, 2), np.float32))

        yield Attempt(f"{number} ({how})", work)


def _damaged(random: np.random.Generator) -> tuple[str, bytes]:
    def any_of(numbers: Sequence[float]) -> float:
        return numbers[int(random.integers(len(numbers)))]

    match random.integers(5):
        case 0:
            return "bytes", mutated(tiny_network(), random)
        case 1:
            return "weights", tiny_network(weights=[1.0, 2.0, 3.0, 4.0, 5.0, any_of(_NUMBERS)])
        case 2:
            return "shape", tiny_network(shape=[int(any_of(_SIZES)) for _ in range(random.integers(4))])
        case 3:
            operator = _OPERATORS[random.integers(len(_OPERATORS))]
            return operator, tiny_network(
                operator=operator, sizes=[int(any_of(_SIZES)) for _ in range(random.integers(4))]
            )
        case _:
            texts = (
                "[" * 100_000,
                "{}",
                "[]",
                "nothing",
                _metadata(role=[[[[]]]]),
                _metadata(inputs=json.loads("[" * 500 + "]" * 500)),
            )
            text = (
                texts[random.integers(len(texts))] if random.random() < 0.5 else mutated(_metadata().encode(), random)
            )
            return "metadata", tiny_network(metadata=text)


def tiny_network(
    weights: Sequence[float] = (1.0, 2.0, 3.0, 4.0, 5.0, 6.0),
    shape: Sequence[int] = (2, 3),
    operator: str = "Add",
    sizes: Sequence[int] = (),
    metadata: str | bytes | None = None,
) -> bytes:
    """An ONNX file, written without onnx: targets (rows, 3) = operator(state (rows, 2) @ weights, sizes).

    Args:
        weights, shape: Its one matrix.
        operator: Applied to the product and `sizes`, or to `sizes` alone if the operator creates a tensor from a shape.
        sizes: Integers; by default three zeros, as the bias of Add.
        metadata: Text; None for metadata that `NetworkFile` accepts.
    """
    second = _tensor("sizes", _INT64, [len(sizes)], struct.pack(f"<{len(sizes)}q", *sizes))
    if not sizes:
        second = _tensor("sizes", _FLOAT, [3], bytes(12))
    inputs = ["sizes"] if operator == "ConstantOfShape" else ["product", "sizes"]
    graph = (
        _field(1, _node("MatMul", ["state", "weights"], "product"))
        + _field(1, _node(operator, inputs, "targets"))
        + _field(2, b"tiny")
        + _field(5, _tensor("weights", _FLOAT, shape, struct.pack(f"<{len(weights)}f", *weights)))
        + _field(5, second)
        + _field(11, _value("state", 2))
        + _field(12, _value("targets", 3))
    )
    text = _metadata() if metadata is None else metadata
    entry = _field(1, METADATA_KEY.encode()) + _field(2, text.encode() if isinstance(text, str) else text)
    return _field(1, 10) + _field(8, _field(1, b"") + _field(2, 20)) + _field(7, graph) + _field(14, entry)


def _metadata(**changes: object) -> str:
    graph = {"inputs": [["state", ["rows", 2]]], "outputs": [["targets", ["rows", 3]]]}
    return json.dumps({"role": "test", **graph, **dict.fromkeys(PROVENANCE, "told"), **changes})


def _node(operator: str, inputs: Sequence[str], output: str) -> bytes:
    return (
        b"".join(_field(1, name.encode()) for name in inputs)
        + _field(2, output.encode())
        + _field(4, operator.encode())
    )


def _tensor(name: str, kind: int, shape: Sequence[int], raw: bytes) -> bytes:
    return b"".join(_field(1, size) for size in shape) + _field(2, kind) + _field(8, name.encode()) + _field(9, raw)


def _value(name: str, columns: int) -> bytes:
    rows = _field(1, _field(2, b"rows")) + _field(1, _field(1, columns))
    return _field(1, name.encode()) + _field(2, _field(1, _field(1, _FLOAT) + _field(2, rows)))


def _field(number: int, value: int | bytes) -> bytes:
    # A protobuf field: a number, or a message or text after its length.
    if isinstance(value, int):
        return _varint(number << 3) + _varint(value & 0xFFFF_FFFF_FFFF_FFFF)
    return _varint(number << 3 | 2) + _varint(len(value)) + value


def _varint(value: int) -> bytes:
    low, rest = value & 0x7F, value >> 7
    return bytes([low | 0x80]) + _varint(rest) if rest else bytes([low])
