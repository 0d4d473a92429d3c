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

"""The weights in an ONNX file, read without the onnx package, which only training needs.

onnxruntime does not expose them. An ONNX file is one protobuf message (onnx.proto, ModelProto); only fields that lead
to tensors are followed.
"""

from collections.abc import Iterator, Mapping
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

# Field number -> kind of message; tensors are not followed further.
_Message: TypeAlias = Mapping[int, str]
_MESSAGES: Mapping[str, _Message] = {
    "model": {7: "graph", 25: "function"},
    "graph": {1: "node", 5: "tensor", 15: "sparse tensor"},
    "function": {7: "node"},
    "node": {5: "attribute"},
    "attribute": {5: "tensor", 6: "graph", 10: "tensor", 11: "graph", 22: "sparse tensor", 23: "sparse tensor"},
    "sparse tensor": {1: "tensor"},
}
_TYPE, _FLOATS, _WORDS, _NAME, _RAW, _DOUBLES, _PLACE = 2, 4, 5, 8, 9, 10, 14
"""Field numbers of a tensor."""
_FLOAT, _FLOAT16, _DOUBLE, _BFLOAT16, _ELSEWHERE = 1, 10, 11, 16, 1
_VARINT, _FIXED64, _BYTES, _FIXED32 = 0, 1, 2, 5
_MAX_DEPTH = 50
_VARINT_BYTES = 10


def weights(model: bytes) -> Iterator[tuple[str, NDArray[np.floating[Any]]]]:
    """Yield the name and the flat values of every tensor of floats in an ONNX file.

    Raises:
        ValueError: It is not an ONNX file, or keeps weights in other files.
    """
    yield from _tensors(memoryview(model), "model", 0)


def _tensors(data: memoryview, kind: str, depth: int) -> Iterator[tuple[str, NDArray[np.floating[Any]]]]:
    if depth > _MAX_DEPTH:
        raise ValueError("its graphs are nested without end")
    for number, value in _fields(data):
        inner = _MESSAGES[kind].get(number)
        if inner is not None and not isinstance(value, memoryview):
            raise ValueError(f"field {number} of a {kind} is not a message")
        if inner == "tensor":
            yield from _floats(value)
        elif inner is not None:
            yield from _tensors(value, inner, depth + 1)


def _floats(data: memoryview) -> Iterator[tuple[str, NDArray[np.floating[Any]]]]:
    one: dict[int, Any] = {}
    many: dict[int, bytearray] = {number: bytearray() for number in (_FLOATS, _DOUBLES, _RAW)}
    words: list[int] = []
    for number, value in _fields(data):
        if number in many and isinstance(value, memoryview):
            many[number] += value
        elif number == _WORDS:
            words += _varints(value) if isinstance(value, memoryview) else [value]
        else:
            one[number] = value
    name = bytes(one.get(_NAME, b"")).decode(errors="replace")
    if one.get(_PLACE, 0) == _ELSEWHERE:
        raise ValueError(f"tensor {name!r} lies in another file: weights must be in this one")
    raw, kind = bytes(many[_RAW]), one.get(_TYPE)
    if kind == _FLOAT:
        yield name, np.frombuffer(raw + bytes(many[_FLOATS]), "<f4")
    elif kind == _DOUBLE:
        yield name, np.frombuffer(raw + bytes(many[_DOUBLES]), "<f8")
    elif kind in (_FLOAT16, _BFLOAT16):
        halves = np.concatenate([np.frombuffer(raw, "<u2"), np.array(words, np.uint64).astype(np.uint16)])
        yield name, halves.view("<f2") if kind == _FLOAT16 else (halves.astype("<u4") << 16).view("<f4")


def _fields(data: memoryview) -> Iterator[tuple[int, Any]]:
    at = 0
    while at < len(data):
        tag, at = _varint(data, at)
        kind, size = tag & 7, {_FIXED64: 8, _FIXED32: 4}.get(tag & 7, 0)
        if kind == _VARINT:
            value, at = _varint(data, at)
            yield tag >> 3, value
            continue
        if kind == _BYTES:
            size, at = _varint(data, at)
        elif not size:
            raise ValueError("it is not a protobuf message")
        if at + size > len(data):
            raise ValueError(f"{at + size - len(data)} bytes are missing")
        yield tag >> 3, data[at : at + size]
        at += size


def _varints(data: memoryview) -> list[int]:
    found, at = [], 0
    while at < len(data):
        value, at = _varint(data, at)
        found.append(value)
    return found


def _varint(data: memoryview, at: int) -> tuple[int, int]:
    value = 0
    for index, byte in enumerate(data[at : at + _VARINT_BYTES]):
        value |= (byte & 0x7F) << 7 * index
        if byte < 0x80:
            return value & 0xFFFF_FFFF_FFFF_FFFF, at + index + 1
    raise ValueError("a number in it has no end")
