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

"""What a pianist did in a video, one row per step of the piano roll: the npz file that perception writes.

Row t is the beginning of control step t of `pianomime_core.piano_roll.piano_roll(demonstration.score())`; all times
except `video_offset_s` count from its first row, which is the first onset. Fingers are numbered as planners do: 0..4
right thumb to little finger, 5..9 left thumb to little finger.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pianomime_core.errors import UserError
from pianomime_core.hands import FINGERS, SIDES
from pianomime_core.keyboard import HIGHEST_PITCH, LOWEST_PITCH
from pianomime_core.notes import LOUDEST, MAX_DURATION_S, Note, Score
from pianomime_core.npz_file import json_object, one_number, read_npz, require_names, write_npz
from pianomime_core.piano_roll import piano_roll
from pianomime_core.timing import CONTROL_TIMESTEP_S

FORMAT_VERSION = 1
POINTS = ("wrist", *FINGERS)
"""Points of a hand in the order of `Demonstration.points_m`."""
NUM_FINGERS = len(SIDES) * len(FINGERS)
MAX_NOTES = 100_000
"""55 per second for half an hour."""
NOBODY = -1
"""The finger of a note for which no playing finger was seen."""

_KIND = "demonstration"
_KEYBOARD = "keyboard_"
# Type and shape of each array; equal letters are equal sizes.
_ARRAYS: dict[str, tuple[type[np.generic], tuple[str | int, ...]]] = {
    "time_s": (np.float64, ("T",)),
    "points_m": (np.float32, ("T", len(SIDES), len(POINTS), 3)),
    "valid": (np.bool_, ("T", len(SIDES))),
    "confidence": (np.float32, ("T", len(SIDES))),
    "onset_s": (np.float64, ("N",)),
    "offset_s": (np.float64, ("N",)),
    "pitch": (np.int64, ("N",)),
    "velocity": (np.int64, ("N",)),
    "finger": (np.int64, ("N",)),
    "pedal_s": (np.float64, ("P",)),
    "pedal_down": (np.bool_, ("P",)),
}
_SCALARS = ("video_offset_s", "assignment_distance_m")


@dataclass(frozen=True, eq=False)
class Demonstration:
    """Fingertips of a pianist and the notes they play.

    Attributes:
        time_s: (T,) float64, 0, 0.05, ...: one row per row of the piano roll.
        points_m: (T, 2, 6, 3) float32, hands as SIDES, points as POINTS, world frame of `pianomime_core.keyboard`; NaN
            for a hand that is not valid. Heights are assigned, not measured: a video from above does not show them.
        valid: (T, 2) bool, whether this hand is known.
        confidence: (T, 2) float32, 0 (not known) to 1, of the tracker.
        onset_s, offset_s: (N,) float64, the notes in order of onset, then pitch; the first begins at 0.
        pitch, velocity: (N,) int64, MIDI pitch and velocity.
        finger: (N,) int64, the finger 0..9 that plays the note, -1 for none.
        pedal_s, pedal_down: (P,) float64 and bool, changes of the sustain pedal.
        video_offset_s: Video time of row 0 [s].
        assignment_distance_m: Mean distance between the keys struck and the fingertips assigned to them.
        keyboard: Arrays that locate the keyboard in the image.
        metadata: JSON object: title, source, versions, quality of the tracking.

    Raises:
        UserError: Shapes, types or numbers are inconsistent.
    """

    time_s: NDArray[np.float64]
    points_m: NDArray[np.float32]
    valid: NDArray[np.bool_]
    confidence: NDArray[np.float32]
    onset_s: NDArray[np.float64]
    offset_s: NDArray[np.float64]
    pitch: NDArray[np.int64]
    velocity: NDArray[np.int64]
    finger: NDArray[np.int64]
    pedal_s: NDArray[np.float64]
    pedal_down: NDArray[np.bool_]
    video_offset_s: float
    assignment_distance_m: float
    keyboard: Mapping[str, NDArray[Any]]
    metadata: Mapping[str, Any]

    def __post_init__(self) -> None:
        sizes: dict[str, int] = {}
        for name, (kind, shape) in _ARRAYS.items():
            array = getattr(self, name)
            agreed = array.ndim == len(shape) and all(
                size == (wanted if isinstance(wanted, int) else sizes.setdefault(wanted, size))
                for size, wanted in zip(array.shape, shape, strict=True)
            )
            if not agreed or array.dtype != kind:
                wanted = tuple(sizes.get(each, each) if isinstance(each, str) else each for each in shape)
                raise UserError(
                    f"demonstration has {name} of shape {array.shape} and type {array.dtype}: must be {wanted} and "
                    f"{np.dtype(kind)}"
                )
        self._require_numbers()
        rows = len(piano_roll(self.score()))
        if len(self.time_s) != rows or not np.allclose(self.time_s, np.arange(rows) * CONTROL_TIMESTEP_S, atol=1e-9):
            raise UserError(
                f"demonstration has {len(self.time_s)} rows: must be the {rows} of its notes' piano roll, one every "
                f"{CONTROL_TIMESTEP_S} s from 0"
            )

    def _require_numbers(self) -> None:
        known = self.valid[:, :, None, None]
        ordered = np.array_equal(np.lexsort((self.pitch, self.onset_s)), np.arange(len(self.pitch)))
        rules = (
            (bool(np.all(np.isfinite(self.points_m) == known)), "points_m finite exactly where valid"),
            (_within(self.confidence, 0, 1), "confidence 0 to 1"),
            (_within(self.pitch, LOWEST_PITCH, HIGHEST_PITCH), f"pitch {LOWEST_PITCH} to {HIGHEST_PITCH}"),
            (_within(self.velocity, 1, LOUDEST), f"velocity 1 to {LOUDEST}"),
            (_within(self.finger, NOBODY, NUM_FINGERS - 1), f"finger {NOBODY} to {NUM_FINGERS - 1}"),
            (self.onset_s[:1].tolist() == [0.0], "onset_s of the first note 0"),
            (ordered and _finite(self.onset_s), "onset_s finite, in order of onset and pitch"),
            (_finite(self.offset_s) and bool(np.all(self.offset_s > self.onset_s)), "offset_s after onset_s"),
            (bool(np.all(self.offset_s <= MAX_DURATION_S)), f"offset_s up to {MAX_DURATION_S:.0f} (30 minutes)"),
            (len(self.pitch) <= MAX_NOTES, f"up to {MAX_NOTES} notes"),
            (_finite(self.pedal_s) and bool(np.all(np.diff(self.pedal_s) >= 0)), "pedal_s finite, in order"),
            *((_finite(getattr(self, name)), f"{name} a finite number") for name in _SCALARS),
        )
        if broken := [rule for kept, rule in rules if not kept]:
            raise UserError(f"demonstration has bad numbers: want {'; '.join(broken)}")

    def score(self) -> Score:
        """Return the music; its piano roll has the rows of this demonstration."""
        rows = (each.tolist() for each in (self.pitch, self.onset_s, self.offset_s, self.velocity))
        notes = tuple(Note(*row) for row in zip(*rows, strict=True))
        pedal = tuple(zip(self.pedal_s.tolist(), self.pedal_down.tolist(), strict=True))
        return Score(notes, pedal, str(self.metadata.get("title", "")))

    def save(self, path: str | Path) -> None:
        """Write the npz file; an existing one is replaced once the new one is whole.

        Raises:
            UserError: The file cannot be written.
        """
        arrays: dict[str, Any] = {
            "format_version": np.int64(FORMAT_VERSION),
            "metadata": np.array(json.dumps(dict(self.metadata))),
            **{name: getattr(self, name) for name in _ARRAYS},
            **{name: np.float64(getattr(self, name)) for name in _SCALARS},
            **{_KEYBOARD + name: array for name, array in self.keyboard.items()},
        }
        write_npz(path, _KIND, arrays)

    @classmethod
    def load(cls, path: str | Path) -> "Demonstration":
        """Read an npz file.

        Raises:
            UserError: The file is missing, not npz, of another version, lacks an array, or its arrays are inconsistent.
        """
        arrays = read_npz(path, _KIND, ("format_version", "metadata", *_ARRAYS, *_SCALARS, f"{_KEYBOARD}*"))
        version = _version(arrays.get("format_version"))
        if version != FORMAT_VERSION:
            raise UserError(f"{str(path)!r} is no demonstration of version {FORMAT_VERSION}: it has {version}")
        require_names(path, _KIND, arrays, [each.name for each in fields(cls) if each.name != "keyboard"])
        try:
            values: dict[str, Any] = {
                **{name: arrays[name] for name in _ARRAYS},
                **{name: one_number(_KIND, name, arrays[name]) for name in _SCALARS},
                "keyboard": {
                    name.removeprefix(_KEYBOARD): array for name, array in arrays.items() if name.startswith(_KEYBOARD)
                },
                "metadata": json_object(_KIND, arrays["metadata"]),
            }
            return cls(**values)
        except UserError as error:
            raise UserError(f"{str(path)!r}: {error}") from error


def _within(values: NDArray[Any], lowest: int, highest: int) -> bool:
    return bool(np.all((values >= lowest) & (values <= highest)))  # NaN is not


def _finite(values: Any) -> bool:
    return bool(np.all(np.isfinite(values)))


def _version(array: NDArray[Any] | None) -> int | None:
    return int(array) if array is not None and array.shape == () and array.dtype.kind == "i" else None
