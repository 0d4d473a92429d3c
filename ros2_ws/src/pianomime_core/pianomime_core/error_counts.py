"""Errors of a performance by cause, as whole numbers that can be added up over songs.

`pianomime_core.error_table` fills them in. A key-frame is one key in one frame; a note is an unbroken run of frames of
one key: of wanted frames for what was missed, of pressed frames for what was wrong.
"""

from dataclasses import dataclass, fields
from typing import Any, Self

LATE_STEPS = 5
"""Notes this many steps late or more are counted together."""


@dataclass(frozen=True)
class Counts:
    """Numbers by name. A field is a number, a tuple of numbers, other `Counts`, or None where nothing can be known."""

    def __add__(self, other: Self) -> Self:
        """Add field by field.

        Raises:
            ValueError: One knows the fingers and the other does not.
        """
        names = [field.name for field in fields(self)]
        return type(self)(**{name: _sum(getattr(self, name), getattr(other, name)) for name in names})

    def as_dict(self) -> dict[str, Any]:
        """Return the numbers by name, ready for JSON, without what is not known."""
        values = {field.name: getattr(self, field.name) for field in fields(self)}
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
    """Key-frames, and the notes that have at least one of them."""

    key_frames: int = 0
    notes: int = 0


@dataclass(frozen=True)
class Fingers(Counts):
    """Of each finger, both hands together."""

    thumb: Tally
    index: Tally
    middle: Tally
    ring: Tally
    little: Tally


class Causes(Counts):
    """Tallies of causes of which each key-frame has one."""

    @property
    def key_frames(self) -> int:
        """Key-frames of all causes together."""
        return sum(cause.key_frames for cause in vars(self).values() if isinstance(cause, Tally))


@dataclass(frozen=True)
class Missed(Causes):
    """Wanted and not pressed; the first of these that fits, so what was planned goes before what went wrong.

    Attributes:
        no_finger: No finger was given to the note. None without fingers, as the next.
        let_go: At or after the step at which the finger was to leave the note, before its end.
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
    """Pressed and not wanted; the first of these that fits.

    Attributes:
        late_release: The key was wanted up to 3 frames before.
        early_press: The key is wanted within the next 2 frames.
        neighbour: A key 1 or 2 keys away is wanted, in the frame or as near to it as above.
        other: None of these.
    """

    late_release: Tally
    early_press: Tally
    neighbour: Tally
    other: Tally


@dataclass(frozen=True)
class WantedOnsets(Counts):
    """What became of the beginnings of the wanted notes.

    Attributes:
        matched: Pressed at most one frame before or after, as `pianomime_core.metrics` matches them.
        not_released: The key was still down from the note before on the same key.
        early: The key was down before, by more than one frame.
        missed: The note was never pressed.
        late: By more than one frame.
    """

    matched: int
    not_released: int
    early: int
    missed: int
    late: int


@dataclass(frozen=True)
class PressedOnsets(Counts):
    """What the beginnings of the pressed notes belong to; the first of these that fits.

    Attributes:
        matched: As many as wanted onsets are matched.
        early: The key is not wanted yet, but within the next 2 frames.
        repress: The key is wanted, or was up to 3 frames before, and had been pressed for that note already: flicker.
        late: The same, but not pressed before: the partner of a wanted onset that is late.
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
        wanted, pressed: All key-frames and notes of the goal, and of the performance.
        wanted_by: Those of the goal that were given to each finger; None without fingers.
        missed, wrong: Key-frames that are not right.
        late_by_steps: (LATE_STEPS,) notes with a late onset by steps late: 1, 2, .. LATE_STEPS or more.
        wanted_onsets, pressed_onsets: Every onset.
    """

    wanted: Tally
    pressed: Tally
    wanted_by: Fingers | None
    missed: Missed
    wrong: Wrong
    late_by_steps: tuple[int, ...]
    wanted_onsets: WantedOnsets
    pressed_onsets: PressedOnsets
