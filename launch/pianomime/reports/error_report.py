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

"""Tables of errors: by cause, by onset, and by song."""

import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from rich import box
from rich.table import Table

from pianomime.reports.contact_report import SongContacts
from pianomime.reports.heard import Heard
from pianomime.terminal import literal
from pianomime_core.error_counts import LATE_STEPS, ErrorTable, Tally
from pianomime_core.error_table import NoteFingers, error_table
from pianomime_core.hands import FINGERS
from pianomime_core.metrics import score
from pianomime_core.rollout import Rollout

# Name in the table -> field of the counts.
MISSED_ROWS = {
    "no finger": "no_finger",
    "let go on purpose": "let_go",
    "never pressed": "never_pressed",
    "late onset": "late_onset",
    "released early": "released_early",
    "gap in the middle": "gap",
}
WRONG_ROWS = {
    "late release": "late_release",
    "early press": "early_press",
    "neighbour of a wanted key": "neighbour",
    "other": "other",
}
WANTED_ONSET_ROWS = {
    "matched within a frame": "matched",
    "key still down from the note before": "not_released",
    "pressed earlier": "early",
    "pressed later": "late",
    "note never pressed": "missed",
}
PRESSED_ONSET_ROWS = {
    "matched within a frame": "matched",
    "before its note": "early",
    "late for its note": "late",
    "pressed again: flicker": "repress",
    "neighbour of a wanted key": "neighbour",
    "other": "other",
}


@dataclass(frozen=True)
class SongErrors:
    """Scores (0..1) and errors of one performance.

    Attributes:
        f1, onset_f1: Of frames.
        errors: By cause.
        heard: None if only frames are known.
        contacts: Of the hands, None if hands do not collide, or if only frames are known.
    """

    f1: float
    onset_f1: float
    errors: ErrorTable
    heard: Heard | None = None
    contacts: SongContacts | None = None

    @classmethod
    def of(
        cls,
        rollout: Rollout,
        fingers: NoteFingers | None = None,
        heard: Heard | None = None,
        contacts: SongContacts | None = None,
    ) -> "SongErrors":
        """Score and count a rollout; `fingers` as in `pianomime_core.error_table.error_table`."""
        frames = rollout.frames()
        card = score(frames.goal, frames.pressed)
        return cls(card.f1, card.onset_f1, error_table(frames.goal, frames.pressed, fingers), heard, contacts)

    def as_dict(self) -> dict[str, Any]:
        """Return everything by name, ready for JSON."""
        heard = {} if self.heard is None else {"heard": self.heard.as_dict()}
        contacts = {} if self.contacts is None else {"contacts": asdict(self.contacts)}
        return {"f1": self.f1, "onset_f1": self.onset_f1, **self.errors.as_dict(), **heard, **contacts}


def causes_table(title: str, songs: int, errors: ErrorTable) -> Table:
    """Return missed and wrong note-frames by cause, with their share of all errors and the affected notes."""
    wanted, pressed = errors.reference, errors.estimated
    missed, wrong = errors.missed.note_frames, errors.wrong.note_frames
    table = _table("lost frames", "note-frames", "of errors", "notes", "of notes")
    table.title = (
        f"{literal(title)}; songs: {songs}\n{wanted.note_frames} note-frames in {wanted.notes} notes wanted, "
        f"{pressed.note_frames} in {pressed.notes} pressed"
    )

    def row(label: str, tally: Tally, of_notes: int) -> None:
        shares = (_share(tally.note_frames, missed + wrong), str(tally.notes), _share(tally.notes, of_notes))
        table.add_row(label, str(tally.note_frames), *shares)

    table.add_row("missed: wanted, not pressed", str(missed), _share(missed, missed + wrong), style="bold")
    for label, name in MISSED_ROWS.items():
        tally = getattr(errors.missed, name)
        if tally is not None:
            row(f"  {label}", tally, wanted.notes)
        if name == "never_pressed" and errors.reference_by_finger is not None:
            for finger in FINGERS:
                given = getattr(errors.reference_by_finger, finger)
                row(f"    {finger}, of its notes", getattr(errors.missed.never_pressed_by, finger), given.notes)
        if name == "late_onset":
            for steps, notes in enumerate(errors.late_by_steps, 1):
                late = f"    by {steps} frame{'s' * (steps > 1)}{' or more' * (steps == LATE_STEPS)}"
                table.add_row(late, "", "", str(notes), _share(notes, wanted.notes))
    table.add_row("wrong: pressed, not wanted", str(wrong), _share(wrong, missed + wrong), style="bold")
    for label, name in WRONG_ROWS.items():
        row(f"  {label}", getattr(errors.wrong, name), pressed.notes)
    return table


def onsets_table(errors: ErrorTable) -> Table:
    """Return the causes of the wanted and the pressed onsets."""
    table = _table("onsets", "number", "share")
    for title, counts, rows, notes in (
        ("wanted", errors.reference_onsets, WANTED_ONSET_ROWS, errors.reference.notes),
        ("pressed", errors.estimated_onsets, PRESSED_ONSET_ROWS, errors.estimated.notes),
    ):
        table.add_row(title, str(notes), "", style="bold")
        for label, name in rows.items():
            number = getattr(counts, name)
            table.add_row(f"  {label}", str(number), _share(number, notes))
    return table


def songs_table(songs: Mapping[str, SongErrors], total: ErrorTable) -> Table:
    """Return scores and note-frames per song, lowest F1 first, with mean scores and sums at the end."""
    table = _table("song", "F1", "onset F1", "wanted", "missed", "wrong")
    for song, found in sorted(songs.items(), key=lambda item: item[1].f1):
        table.add_row(literal(song), *_song_cells(found.f1, found.onset_f1, found.errors))
    table.add_section()
    f1, onset_f1 = (math.fsum(getattr(s, name) for s in songs.values()) / len(songs) for name in ("f1", "onset_f1"))
    table.add_row(f"mean, sum of {len(songs)}", *_song_cells(f1, onset_f1, total), style="bold")
    return table


def _song_cells(f1: float, onset_f1: float, errors: ErrorTable) -> tuple[str, ...]:
    note_frames = (errors.reference.note_frames, errors.missed.note_frames, errors.wrong.note_frames)
    return f"{f1:.4f}", f"{onset_f1:.4f}", *map(str, note_frames)


def _table(first: str, *columns: str) -> Table:
    table = Table(box=box.SIMPLE, pad_edge=False, collapse_padding=True)
    table.add_column(first, overflow="fold")
    for column in columns:
        table.add_column(column, justify="right", no_wrap=True)
    return table


def _share(part: int, whole: int) -> str:
    return f"{100 * part / whole:.1f} %" if whole else ""
