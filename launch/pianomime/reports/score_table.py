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

"""Tables of scores: for one song, and with a row for each of many songs."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from rich import box
from rich.table import Table

from pianomime.terminal import literal
from pianomime_core.metrics import ScoreCard

# Name in the table -> field of ScoreCard.
SONG_ROWS = {
    "precision": "precision",
    "recall": "recall",
    "F1": "f1",
    "onset F1": "onset_f1",
    "do-nothing F1": "do_nothing_f1",
}
EVALUATION_COLUMNS = {
    "P": "precision",
    "R": "recall",
    "F1": "f1",
    "onset F1": "onset_f1",
    "micro F1": "micro_f1",
    "active F1": "active_f1",
    "do-nothing F1": "do_nothing_f1",
}
# For songs that use the pedal, and for demonstrations.
PEDAL_COLUMN = {"pedal F1": "pedal_f1"}
LIKENESS_COLUMN = {"mm from human": "fingertip_distance_mm"}
# For the planner alone and for its refinement, by frames and by ear.
REFINEMENT_COLUMNS = {"F1": "f1", "onset F1": "onset_f1"}
HEARD_COLUMNS = {"note F1": "note_f1", "25 ms": "note_f1_25ms"}


def song_table(
    title: str, card: ScoreCard, missed_deadlines: int, likeness: Mapping[str, float] | None = None
) -> Table:
    """Return the final table of `play`; `likeness` is the result of `pianomime.reports.likeness`."""
    table = Table("score", "value", title=literal(title))
    for label, field in SONG_ROWS.items():
        table.add_row(label, f"{getattr(card, field):.4f}")
    if card.pedal_f1 is not None:
        table.add_row("pedal F1", f"{card.pedal_f1:.4f}")
    for label, field in LIKENESS_COLUMN.items():
        if likeness and field in likeness:
            table.add_row(label, _text(field, likeness[field]))
    table.add_row("missed deadlines", str(missed_deadlines))
    return table


def evaluation_table(title: str, scores: Mapping[str, Mapping[str, float]], mean: Mapping[str, float]) -> Table:
    """Return the table of `evaluate`: scores by song and field name, and unweighted means of those with the score."""
    own = {label: field for label, field in {**PEDAL_COLUMN, **LIKENESS_COLUMN}.items() if field in mean}
    columns = EVALUATION_COLUMNS | own
    if len(own) > 1:  # no room for all on a terminal of 80 columns
        columns = {label: field for label, field in columns.items() if field not in ("micro_f1", "active_f1")}
    return songs_table(title, scores, mean, columns, lambda values: _cells(values, columns))


def songs_table(
    title: str,
    scores: Mapping[str, Mapping[str, Any]],
    mean: Mapping[str, float],
    labels: Iterable[str],
    cells: Callable[[Mapping[str, Any]], Sequence[str]],
) -> Table:
    """Return a table with a row for each song, and the means.

    Args:
        title: Title of the table.
        scores: By song and field name.
        mean: By field name.
        labels: Of the columns after that of the songs.
        cells: The texts of these columns, from the scores of a row.
    """
    table = Table(title=literal(title), box=box.SIMPLE, pad_edge=False, collapse_padding=True)
    table.add_column("song", overflow="fold")
    for label in labels:
        table.add_column(label.replace(" ", "\n"), justify="right", no_wrap=True)
    for song, values in scores.items():
        table.add_row(literal(song), *cells(values))
    table.add_section()
    table.add_row(f"mean of {len(scores)}", *cells(mean), style="bold")
    return table


def refinement_table(title: str, planner: Mapping[str, float], refined: Mapping[str, float]) -> Table:
    """Return the table of `refine` for one song, from scores by field name."""
    table = Table("", "planner alone", "refined", title=literal(title))
    for label, field in {**REFINEMENT_COLUMNS, "do-nothing F1": "do_nothing_f1"}.items():
        if field == "do_nothing_f1":
            table.add_section()
        table.add_row(label, f"{planner[field]:.4f}", f"{refined[field]:.4f}")
    return table


def refinements_table(
    title: str,
    songs: Mapping[str, Mapping[str, Any]],
    mean: Mapping[str, Mapping[str, float]],
    finished: int,
    columns: Mapping[str, str],
) -> Table:
    """Return the table of `refine` for many songs.

    Args:
        title: Title of the table.
        songs: By song "state", and if there is a rollout "decided_steps", "steps", "planner" and "refined".
        mean: "planner" and "refined" of the finished songs; empty if there are none.
        finished: Number of finished songs.
        columns: Name in the table -> score.
    """
    table = Table(title=literal(title), box=box.SIMPLE, pad_edge=False, collapse_padding=True)
    table.add_column("song", overflow="fold")
    table.add_column("steps\nrefined", justify="right", no_wrap=True)
    for label in columns:
        table.add_column(f"{label}\nplanner", justify="right", no_wrap=True)
        table.add_column("\nrefined", justify="right", no_wrap=True)
    for song, values in songs.items():
        steps = f"{values['decided_steps']} of {values['steps']}" if "steps" in values else values["state"]
        table.add_row(literal(song), steps, *_refinement_cells(values, columns))
    if mean:
        table.add_section()
        table.add_row(f"mean of {finished} finished", "", *_refinement_cells(mean, columns), style="bold")
    return table


def _refinement_cells(values: Mapping[str, Any], columns: Mapping[str, str]) -> list[str]:
    if "planner" not in values:
        return [""] * 2 * len(columns)
    return [f"{values[who][field]:.4f}" for field in columns.values() for who in ("planner", "refined")]


def _cells(values: Mapping[str, float], columns: Mapping[str, str]) -> list[str]:
    return [_text(field, values[field]) if field in values else "" for field in columns.values()]


def _text(field: str, value: float) -> str:
    return f"{value:.1f}" if field.endswith("_mm") else f"{value:.4f}"
