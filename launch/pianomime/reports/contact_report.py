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

"""What the hands do to themselves and each other: shares of the frames in which they touch, forces, and frames lost."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass

import numpy as np
from numpy.typing import NDArray
from rich import box
from rich.table import Table

from pianomime.reports.score_table import songs_table
from pianomime_core.hands import FINGERS
from pianomime_physics.hand_contacts import HandPair

PUSH_N = 1.0
"""Fingers that touch with less force do not count as pushing each other."""

SCORE_COLUMNS = {
    "hands touch": "hands_touching",
    "fingers push": "fingers_pushing",
    "mean force": "contact_mean_n",
    "peak force": "contact_peak_n",
}
"""Name in the table -> field of `ContactScores`."""

Forces = Mapping[HandPair, NDArray[np.float64]]
"""Forces of each pair [N], (T, 10): T control steps, each with its physics steps."""


@dataclass(frozen=True)
class ContactScores:
    """Contacts of a performance in numbers.

    Attributes:
        hands_touching: Share of the frames in which the two hands touch.
        fingers_pushing: Share of the frames in which neighbouring fingers of a hand push each other with more than
            `PUSH_N`.
        contact_mean_n: Mean over time of the sum of all forces.
        contact_peak_n: Largest force between two parts.
    """

    hands_touching: float
    fingers_pushing: float
    contact_mean_n: float
    contact_peak_n: float

    def as_dict(self) -> dict[str, float]:
        """Return the scores by name."""
        return asdict(self)


@dataclass(frozen=True)
class PairContacts:
    """Contacts of a kind of pair; they add up over songs.

    Attributes:
        frames: Frames in which they touch.
        lost_note_frames: Missed and wrong note-frames of those frames, of all fingers.
        contact_steps: Physics steps in which they touch.
        force_sum_n: Sum of their forces over these.
        peak_n: Largest force.
    """

    frames: int = 0
    lost_note_frames: int = 0
    contact_steps: int = 0
    force_sum_n: float = 0.0
    peak_n: float = 0.0

    @classmethod
    def of(cls, force: NDArray[np.float64], lost: NDArray[np.int64]) -> "PairContacts":
        """Count the contacts of pairs with forces (T, pairs, 10) in frames that have lost (T,) note-frames."""
        touching = force > 0.0
        frames = touching.any(axis=(1, 2))
        return cls(
            int(frames.sum()), int(lost[frames].sum()), int(touching.sum()), float(force.sum()), float(force.max())
        )

    def __add__(self, other: "PairContacts") -> "PairContacts":
        """Add two performances."""
        return PairContacts(
            self.frames + other.frames,
            self.lost_note_frames + other.lost_note_frames,
            self.contact_steps + other.contact_steps,
            self.force_sum_n + other.force_sum_n,
            max(self.peak_n, other.peak_n),
        )


@dataclass(frozen=True)
class SongContacts:
    """Contacts of a performance, or of several.

    Attributes:
        frames: All frames of the music.
        pairs: By what touches, with both hands' own contacts together.
    """

    frames: int
    pairs: Mapping[str, PairContacts]

    @classmethod
    def of(cls, forces: Forces, goal: NDArray[np.bool_], pressed: NDArray[np.bool_]) -> "SongContacts":
        """Count the contacts of a performance; `goal` and `pressed` (T, 88) are its frames."""
        lost = (goal != pressed).sum(axis=1)
        by_kind: dict[str, list[NDArray[np.float64]]] = {}
        for pair, force in forces.items():
            by_kind.setdefault(_kind(pair), []).append(force)
        return cls(len(goal), {kind: PairContacts.of(np.stack(parts, 1), lost) for kind, parts in by_kind.items()})

    def __add__(self, other: "SongContacts") -> "SongContacts":
        """Add other performances."""
        kinds = {**self.pairs, **other.pairs}
        none = PairContacts()
        pairs = {kind: self.pairs.get(kind, none) + other.pairs.get(kind, none) for kind in kinds}
        return SongContacts(self.frames + other.frames, pairs)


def contact_scores(forces: Forces, steps: int) -> ContactScores:
    """Return the scores of a performance of so many control steps."""
    touching, pushing = np.zeros(steps, bool), np.zeros(steps, bool)
    for pair, force in forces.items():
        if pair[0].side != pair[1].side:
            touching |= force.max(axis=1) > 0.0
        elif _are_neighbours(pair):
            pushing |= force.max(axis=1) > PUSH_N
    total = sum((force.sum() for force in forces.values()), 0.0)
    parts = max(1, steps * next((force.shape[1] for force in forces.values()), 1))
    peak = max((float(force.max()) for force in forces.values()), default=0.0)
    return ContactScores(float(touching.mean()), float(pushing.mean()), total / parts, peak)


def contact_scores_table(scores: Mapping[str, Mapping[str, float]], mean: Mapping[str, float]) -> Table:
    """Return the table of `evaluate`, from contact scores by song and field name, and their unweighted means."""
    title = f"contacts: share of the frames in which the hands touch, neighbouring fingers push with over {PUSH_N:g} N"
    return songs_table(title, scores, mean, SCORE_COLUMNS, _score_cells)


def _score_cells(values: Mapping[str, float]) -> list[str]:
    fields = SCORE_COLUMNS.values()
    return [f"{values[name]:.1f} N" if name.endswith("_n") else f"{100 * values[name]:.1f} %" for name in fields]


def contacts_table(contacts: SongContacts) -> Table:
    """Return a table of what touches, most often first."""
    table = Table(box=box.SIMPLE, pad_edge=False, collapse_padding=True, title="contacts of the hands")
    table.add_column("parts that touch", overflow="fold")
    for column in ("of frames", "lost note-frames then", "mean force", "peak force"):
        table.add_column(column, justify="right")
    for kind, found in sorted(contacts.pairs.items(), key=lambda item: -item[1].frames):
        table.add_row(
            kind,
            f"{100 * found.frames / max(1, contacts.frames):.1f} %",
            str(found.lost_note_frames),
            f"{found.force_sum_n / max(1, found.contact_steps):.1f} N",
            f"{found.peak_n:.0f} N",
        )
    return table


def _are_neighbours(pair: HandPair) -> bool:
    first, second = (part.part for part in pair)
    return first in FINGERS and second in FINGERS and FINGERS.index(second) - FINGERS.index(first) == 1


def _kind(pair: HandPair) -> str:
    first, second = pair
    if first.side == second.side:
        return f"{first.part} and {second.part}"
    return f"right {first.part} and left {second.part}"
