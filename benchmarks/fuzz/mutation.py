"""Mutates bytes like damage or an attacker: truncated, flipped, doubled, and numbers that are too large."""

import numpy as np

MAX_CHANGES = 8
_EXTREMES = (
    b"\x00",
    b"\x01",
    b"\x7f",
    b"\x80",
    b"\xff",
    b"\xff\xff",
    b"\xff\xff\xff\x7f",
    b"\x00\x00\x00\x80",
    b"\xff" * 8,
)


def mutated(data: bytes, random: np.random.Generator) -> bytes:
    """Return the data with one to `MAX_CHANGES` changes; always different unless empty."""
    changed = data
    while changed == data and data:
        for _ in range(random.integers(1, MAX_CHANGES + 1)):
            changed = _changed(changed, random)
    return changed


def _changed(data: bytes, random: np.random.Generator) -> bytes:
    at, end = sorted(random.integers(0, len(data) + 1, 2).tolist())
    end = min(end, at + 64)
    extreme = _EXTREMES[random.integers(len(_EXTREMES))]
    match random.integers(7):
        case 0:  # one bit
            at = min(at, max(len(data) - 1, 0))
            return data[:at] + bytes(each ^ 1 << int(random.integers(8)) for each in data[at : at + 1]) + data[at + 1 :]
        case 1 | 2:
            return data[:at] + extreme + data[at + len(extreme) :]
        case 3:
            return data[:at] + extreme + data[at:]
        case 4:
            return data[:at] + data[end:]
        case 5:
            return data[:end] + data[at:]
        case _:  # occasionally, the end is missing
            return data[:at] if random.random() < 0.2 else data
