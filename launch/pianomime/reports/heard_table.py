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

"""Tables of what is heard: for one song, and with a row for each of many songs."""

from collections.abc import Mapping, Sequence
from typing import Any

from rich.console import Console
from rich.table import Table

from pianomime.reports.expressive_scores import EXPRESSIVE_SCORES
from pianomime.reports.heard import Heard
from pianomime.reports.score_table import songs_table
from pianomime.reports.stray_strikes import StrayStrike
from pianomime.terminal import literal

# Name in a table -> field of NoteScores.
F1_COLUMNS = {
    "P": "note_precision",
    "R": "note_recall",
    "F1": "note_f1",
    "25 ms": "note_f1_25ms",
    "with ends": "note_f1_offset",
    "as loud": "note_f1_velocity",
    "sounding": "sounding_f1",
}
ERROR_COLUMNS = {
    "onset median": "onset_median_ms",
    "onset sd": "onset_sd_ms",
    "onset p95": "onset_p95_ms",
    "chord spread": "chord_spread_ms",
    "length error": "duration_error_ms",
    "of length": "duration_error_ratio",
    "loudness r": "velocity_correlation",
    "loudness error": "velocity_error",
}
EXPRESSIVE_COLUMNS = {name.removesuffix("_correlation").replace("_", " "): name for name in EXPRESSIVE_SCORES}
# Name in the table of one song -> field of NoteScores.
SONG_ROWS = {
    "note precision": "note_precision",
    "note recall": "note_recall",
    "note F1, 50 ms": "note_f1",
    "note F1, 25 ms": "note_f1_25ms",
    "note F1 with ends": "note_f1_offset",
    "note F1 with loudness": "note_f1_velocity",
    "sounding F1": "sounding_f1",
    "pedal by choice, s": "chosen_pedal_s",
    "lag, removed, ms": "lag_ms",
    "onset error median, ms": "onset_median_ms",
    "onset error sd, ms": "onset_sd_ms",
    "onset error p95, ms": "onset_p95_ms",
    "chord spread, ms": "chord_spread_ms",
    "length error, ms": "duration_error_ms",
    "loudness correlation": "velocity_correlation",
    "loudness error": "velocity_error",
}
STRAYS = ("stray_neighbour", "stray_again", "stray_other")
STRAYS_SHOWN = 5


def print_song(console: Console, table: Table, heard: Heard | str) -> None:
    """Print the table of a song, completed by what is heard and the first stray strikes, or by why it was not
    measured."""
    if isinstance(heard, str):
        table.add_section()
        table.add_row("heard", literal(heard))
        console.print(table)
        return
    add_heard(table, heard.scores.as_dict())
    console.print(table)
    console.print(stray_lines(heard.strays), highlight=False)


def add_heard(table: Table, *performances: Mapping[str, float]) -> None:
    """Add rows of what is heard to the table of a song with a column for each performance, of scores by field name."""
    table.add_section()
    for label, field in SONG_ROWS.items():
        if any(field in scores for scores in performances):
            table.add_row(label, *(_text(field, scores[field]) if field in scores else "" for scores in performances))
    table.add_row("stray: beside, again, other", *map(_strays, performances))


def stray_lines(strays: Sequence[StrayStrike]) -> str:
    """Return the first stray strikes of a song for people, a line each."""
    if not strays:
        return "no stray strikes"
    shown = [f"  {stray.time_s:.2f} s  {stray.key}  {stray.cause}" for stray in strays[:STRAYS_SHOWN]]
    more = [f"  and {len(strays) - len(shown)} more: --json lists all"] if len(strays) > len(shown) else []
    return "\n".join([f"stray strikes: {len(strays)}", *shown, *more])


def pedal_line(scores: Mapping[str, Mapping[str, Any]]) -> str | None:
    """Return for how long the pedal was pressed in songs without one, from scores by song; None if it never was."""
    chosen_s = [values["chosen_pedal_s"] for values in scores.values() if "chosen_pedal_s" in values]
    songs = f"in {len(chosen_s)} of {len(scores)} songs, which have no pedal of their own"
    return f"pedal by choice: {sum(chosen_s):.1f} s {songs}" if chosen_s else None


def heard_tables(scores: Mapping[str, Mapping[str, Any]], mean: Mapping[str, float]) -> list[Table]:
    """Return the tables of strikes every 5 ms against the notes as written, from scores by song and field name, and
    unweighted means of those with the score: of notes, of their errors, and the expressive scores, if there are any."""
    tables = [
        _table(
            "heard: strikes within 50 ms of notes as written; strays beside, again, other", scores, mean, F1_COLUMNS
        ),
        _table("heard: errors of these notes, ms; loudness in MIDI velocities", scores, mean, ERROR_COLUMNS),
    ]
    if any(name in mean for name in EXPRESSIVE_SCORES):
        title = "expressive: correlations of heard with written"
        tables.append(_table(title, scores, mean, EXPRESSIVE_COLUMNS))
    return tables


def _table(
    title: str, scores: Mapping[str, Mapping[str, Any]], mean: Mapping[str, float], columns: Mapping[str, str]
) -> Table:
    with_strays = columns is F1_COLUMNS
    labels = (*columns, *(["stray strikes"] if with_strays else []))

    def cells(values: Mapping[str, Any]) -> list[str]:
        texts = [_text(field, values[field]) if field in values else "" for field in columns.values()]
        return [*texts, _strays(values)] if with_strays else texts

    return songs_table(title, scores, mean, labels, cells)


def _strays(values: Mapping[str, float]) -> str:
    return ", ".join(f"{values[field]:.1f}".removesuffix(".0") for field in STRAYS)


def _text(field: str, value: float) -> str:
    return f"{value:.{1 if field.endswith(('_ms', '_s')) or field == 'velocity_error' else 3}f}"
