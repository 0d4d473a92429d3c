"""The committed file of a refined clip: actuator targets as 16-bit fractions of each actuator's range, initial joint
positions, and scores. It contains no notes: with the clip's music, replaying the targets reproduces the keys.

A file NNN.npz holds, without pickle:

| array | type | meaning |
|---|---|---|
| codes | (2, n, T) uint8 | low and high bytes of the changes, modulo 65536, from step to step of each target's code |
| initial_joint_positions | (m,) float32 | rad and m |
| metadata | str | JSON object: scene, settings and scores |

The order of targets and joints, and the ranges, are stored once in format.json. Neighbouring bytes of an actuator's
slow motion are similar, which makes the file small.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pianomime_core.errors import UserError
from pianomime_core.npz_file import json_object, read_npz, require_names
from pianomime_core.whole_file import write_whole

_LEVELS = 2**16
_KIND = "packed clip"
_ARRAYS = ("codes", "initial_joint_positions", "metadata")


def quantise(targets: NDArray[np.float32], target_range: NDArray[np.float64]) -> NDArray[np.uint16]:
    """Codes (T, n) of targets (T, n), clamped to target_range (n, 2) as in the simulator; error up to half a code.

    A code is 1/65535 of an actuator's range: 0.02 mm of the widest slide, 0.00005 rad of the widest joint.
    """
    lowest, highest = target_range.T
    scaled = (np.clip(targets, lowest, highest) - lowest) / (highest - lowest)
    return np.rint(scaled * (_LEVELS - 1)).astype(np.uint16)


def restore(codes: NDArray[np.uint16], target_range: NDArray[np.float64]) -> NDArray[np.float32]:
    """Targets (T, n) of codes (T, n)."""
    lowest, highest = target_range.T
    return (lowest + codes * ((highest - lowest) / (_LEVELS - 1))).astype(np.float32)


@dataclass(frozen=True, eq=False)
class PackedClip:
    """One clip.

    Attributes:
        codes: (T, n) uint16.
        initial_joint_positions: (m,) float32, rad and m.
        metadata: Scene, settings and scores.
    """

    codes: NDArray[np.uint16]
    initial_joint_positions: NDArray[np.float32]
    metadata: Mapping[str, Any]

    def save(self, path: Path) -> None:
        """Write the file atomically; the same clip gives the same bytes."""
        changes = np.diff(self.codes, axis=0, prepend=np.zeros((1, self.codes.shape[1]), np.uint16)).T
        planes = np.stack([changes & 0xFF, changes >> 8]).astype(np.uint8)
        start = self.initial_joint_positions.astype(np.float32)
        metadata = np.array(json.dumps(self.metadata, sort_keys=True))

        def write(temporary: Path) -> None:
            with temporary.open("wb") as file:
                np.savez_compressed(file, codes=planes, initial_joint_positions=start, metadata=metadata)

        write_whole(path, write)

    @classmethod
    def load(cls, path: Path) -> "PackedClip":
        """Read the file.

        Raises:
            UserError: It is missing, damaged or another kind of file.
        """
        arrays = read_npz(path, _KIND, _ARRAYS)
        require_names(path, _KIND, arrays, _ARRAYS)
        planes, start = arrays["codes"], arrays["initial_joint_positions"]
        if planes.dtype != np.uint8 or planes.ndim != 3 or len(planes) != 2:
            raise UserError(
                f"{str(path)!r} has codes of shape {planes.shape} and type {planes.dtype}: must be (2, n, T)"
            )
        if start.dtype != np.float32 or start.ndim != 1 or not np.all(np.isfinite(start)):
            raise UserError(
                f"{str(path)!r} has initial_joint_positions that are not finite numbers (m,) of type float32"
            )
        low, high = planes.astype(np.uint16)
        codes = np.cumsum((low | (high << 8)).T, axis=0, dtype=np.uint16)
        try:
            metadata = json_object(_KIND, arrays["metadata"])
        except UserError as error:
            raise UserError(f"{str(path)!r}: {error}") from error
        return cls(codes, start, metadata)
