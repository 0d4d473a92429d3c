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

"""Errors of a performance by cause, as whole numbers that can be added up over songs.

`pianomime_core.error_table` fills them in. A note-frame is one key in one frame; a note is an unbroken run of frames of
one key: of the goal's frames for what was missed, of pressed frames for what was wrong. As in mir_eval, the goal is the
reference and the performance is estimated.
"""

from dataclasses import dataclass, field, fields
from typing import Any, Self

LATE_STEPS = 5
"""Notes that are this many steps late, or more, are counted together."""
_JSON = "json"
"""Key of a field's metadata: its name in JSON files, where that is another one."""


@dataclass(frozen=True)
class Counts:
    """Counts by name. A field is a number, a tuple of numbers, other `Counts`, or None if it cannot be known."""

    def __add__(self, other: Self) -> Self:
        """Add field by field.

        Raises:
            ValueError: One knows the fingers and the other does not.
        """
        names = [each.name for each in fields(self)]
        return type(self)(**{name: _sum(getattr(self, name), getattr(other, name)) for name in names})

    def as_dict(self) -> dict[str, Any]:
        """Return the counts by their names in JSON files, without those that are not known."""
        values = {each.metadata.get(_JSON, each.name): getattr(self, each.name) for each in fields(self)}
        return {
            name: value.as_dict() if isinstance(value, Counts) else value
            for name, value in values.items()
            if value is not None
        }


def _sum(a: Any, b: Any) -> Any:
    if (a is None) != (b is None):
        raise ValueError("errors of a player with fingers and of one without cannot be added up")
    if isinstance(a, tuple):
        return tuple(x + y for x, y in zip(a, b, strict=True))
    return None if a is None else a + b


@dataclass(frozen=True)
class Tally(Counts):
    """Note-frames, and the notes that have at least one of them."""

    note_frames: int = field(default=0, metadata={_JSON: "key_frames"})
    notes: int = 0


@dataclass(frozen=True)
class Fingers(Counts):
    """Counts of each finger, both hands together."""

    thumb: Tally
    index: Tally
    middle: Tally
    ring: Tally
    little: Tally


class Causes(Counts):
    """Tallies by cause; each note-frame has exactly one cause."""

    @property
    def note_frames(self) -> int:
        """Note-frames of all causes together."""
        return sum(cause.note_frames for cause in vars(self).values() if isinstance(cause, Tally))


@dataclass(frozen=True)
class Missed(Causes):
    """Note-frames of the goal that were not pressed, by the first cause that applies: planned omissions come first.

    Attributes:
        no_finger: No finger was assigned to the note. None if the fingers are not known, as is `let_go`.
        let_go: The plan releases the note before its end, and this frame lies after that release.
        never_pressed: The note was not pressed in any of its frames.
        never_pressed_by: The same by finger.
        late_onset: Before the first pressed frame of the note.
        released_early: After its last pressed frame.
        gap: In between.
    """

    no_finger: Tally | None
    let_go: Tally | None
    never_pressed: Tally
    never_pressed_by: Fingers | None
    late_onset: Tally
    released_early: Tally
    gap: Tally


@dataclass(frozen=True)
class Wrong(Causes):
    """Note-frames that were pressed and are not in the goal, by the first cause that applies.

    Attributes:
        late_release: The key is in the goal up to 3 frames before.
        early_press: The key is in the goal within the next 2 frames.
        neighbour: A key 1 or 2 keys away is in the goal, in this frame or within the limits above.
        other: None of these.
    """

    late_release: Tally
    early_press: Tally
    neighbour: Tally
    other: Tally


@dataclass(frozen=True)
class ReferenceOnsets(Counts):
    """Onsets of the goal, by what happened to them.

    Attributes:
        matched: Pressed at most one frame before or after, as `pianomime_core.metrics` matches them.
        not_released: The key was still down from the previous note on the same key.
        early: The key was pressed more than one frame before.
        missed: The note was never pressed.
        late: The key was pressed more than one frame after.
    """

    matched: int
    not_released: int
    early: int
    missed: int
    late: int


@dataclass(frozen=True)
class EstimatedOnsets(Counts):
    """Onsets of the performance, by the first cause that applies.

    Attributes:
        matched: As many as reference onsets are matched.
        early: The key is not in the goal yet, but within the next 2 frames.
        repress: The key is in the goal, or was up to 3 frames before, and was already pressed for that note: flicker.
        late: The same, but not pressed before: the partner of a reference onset that is late.
        neighbour: As in `Wrong`.
        other: None of these.
    """

    matched: int
    early: int
    repress: int
    late: int
    neighbour: int
    other: int


@dataclass(frozen=True)
class ErrorTable(Counts):
    """Where frames and onsets are lost.

    Attributes:
        reference, estimated: All note-frames and notes of the goal, and of the performance.
        reference_by_finger: Those of the goal assigned to each finger; None if the fingers are not known.
        missed, wrong: False negatives and false positives.
        late_by_steps: (LATE_STEPS,) notes with a late onset, by the number of steps: 1, 2, .. LATE_STEPS or more.
        reference_onsets, estimated_onsets: Every onset.
    """

    reference: Tally = field(metadata={_JSON: "wanted"})
    estimated: Tally = field(metadata={_JSON: "pressed"})
    reference_by_finger: Fingers | None = field(metadata={_JSON: "wanted_by"})
    missed: Missed
    wrong: Wrong
    late_by_steps: tuple[int, ...]
    reference_onsets: ReferenceOnsets = field(metadata={_JSON: "wanted_onsets"})
    estimated_onsets: EstimatedOnsets = field(metadata={_JSON: "pressed_onsets"})
