"""How many notes of a song two hands like the robot's could play without a mistake: a bound on note recall and F1.

The rule: a note that is played is struck when it is written, and its key is taken from then on (a little before, for
the shortest stroke of the musical setting) until its finger has come up again. That is as soon as the shortest hold
allows where the pedal stands in for fingers, so that strikes alone count; keys that are held come up as early as still
counts as in time (`OFFSET_RATIO`, 50 ms at least). At every moment a hand has taken at most five keys, all within its
reach: from thumb to little finger at the limits of their comfort, and the longest stretch that costs the planner less
than a note left out. Hands move no faster than the musical setting expects.

The rest is free: which finger takes which key, whether hands cross, how long they take to start and to stop. So no
player who keeps to the rule plays more. One who shifts onsets within their tolerance, as in rolled chords, could.

`python -m benchmarks.ten_finger_bound FOLDER ...` takes a minute for 126 songs.
"""

import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, NamedTuple

import numpy as np
import tyro
from rich import box
from rich.console import Console
from rich.progress import track
from rich.table import Table

from benchmarks.song_sets import song_sets
from pianomime.files.songs import collect_songs, read_score
from pianomime.reports.note_matching import OFFSET_RATIO, TOLERANCE_S
from pianomime_core.errors import UserError
from pianomime_core.hands import FINGERS
from pianomime_core.keyboard import KEYBOARD, LOWEST_PITCH
from pianomime_core.notes import Note
from pianomime_core.reading_rules import ReadingRules
from pianomime_core.timing import CONTROL_TIMESTEP_S
from pianomime_policy.controllers.planner.musical_planner import musical
from pianomime_policy.controllers.planner.planner import PlannerConfig
from pianomime_policy.fingering.wide_chords import hand_reach_m
from pianomime_policy.motion.motion_timing import MUSICAL
from pianomime_policy.motion.strokes import StrokeConfig

FINGERS_A_HAND = len(FINGERS)
SLACK = 2
"""Who has played so many notes fewer than another one who holds the same keys is counted as that one, who may then be
at the places of both: fewer cases, and still a bound."""


@dataclass(frozen=True)
class BoundOptions:
    """Print how many notes of songs ten fingers could play.

    Attributes:
        folders: Folders of MIDI files, or files; each is a set of its own.
        demos: Folder with PianoMime's demonstrations as MIDI files; without it the validation clips are left out.
    """

    folders: Annotated[tuple[Path, ...], tyro.conf.Positional] = ()
    demos: Path | None = None


@dataclass(frozen=True)
class Limits:
    """What a hand can do.

    Attributes:
        reach_m: Greatest distance between the centres of two keys that it has taken.
        speed_m_s: How fast it moves along the keyboard.
        before_s: Time for which a key is taken before it sounds.
        hold_s: From the sound to the earliest time at which its finger may begin to lift.
        lift_s: Time that the finger then takes to come up.
    """

    reach_m: float
    speed_m_s: float
    before_s: float
    hold_s: float
    lift_s: float


def planner_limits() -> Limits:
    """Return the limits of the planner in the musical setting."""
    config = musical(PlannerConfig())
    stroke = MUSICAL.stroke or StrokeConfig()
    before = stroke.sounding_share * stroke.shortest_steps
    return Limits(
        reach_m=hand_reach_m(config.fingering),
        speed_m_s=config.release.hand_m_per_step / CONTROL_TIMESTEP_S,
        before_s=before * CONTROL_TIMESTEP_S,
        hold_s=(stroke.shortest_steps - before + stroke.hold_steps) * CONTROL_TIMESTEP_S,
        lift_s=MUSICAL.lift_steps * CONTROL_TIMESTEP_S,
    )


class Hand(NamedTuple):
    """A hand at a moment: where the lower end of its reach may be [m], and its keys, each with the time from which it
    is free [s] and its place [m]."""

    low_m: float
    high_m: float
    taken: tuple[tuple[float, float], ...] = ()

    def at(self, now_s: float, later_s: float, limits: Limits) -> "Hand":
        """Return the hand at a later moment, if it takes no key until then."""
        low_m, high_m, taken = self
        while True:
            until_s = min([later_s, *(free_s for free_s, _ in taken)])
            way_m = limits.speed_m_s * (until_s - now_s)
            low_m, high_m, now_s = low_m - way_m, high_m + way_m, until_s
            if taken:
                low_m = max(low_m, max(place_m for _, place_m in taken) - limits.reach_m)
                high_m = min(high_m, min(place_m for _, place_m in taken))
            taken = tuple(key for key in taken if key[0] > now_s)
            if now_s >= later_s:
                return Hand(low_m, high_m, taken)

    def take(self, free_s: float, place_m: float, limits: Limits) -> "Hand | None":
        """Return the hand with one more key, or None if it cannot reach it, or has no finger left."""
        low_m, high_m = max(self.low_m, place_m - limits.reach_m), min(self.high_m, place_m)
        if len(self.taken) == FINGERS_A_HAND or low_m > high_m:
            return None
        return Hand(low_m, high_m, tuple(sorted((*self.taken, (free_s, place_m)))))

    def joined(self, other: "Hand") -> "Hand":
        """Return the hand that may be at all places in and between those of both."""
        return self._replace(low_m=min(self.low_m, other.low_m), high_m=max(self.high_m, other.high_m))

    def contains(self, other: "Hand") -> bool:
        """Return whether it may be wherever another one may be."""
        return self.low_m <= other.low_m and self.high_m >= other.high_m


Hands = tuple[Hand, Hand]
"""Both, in any order."""


def most_notes(notes: Sequence[Note], limits: Limits, held: bool) -> int:
    """Return the largest number of notes that the rule allows; `held`: they last until they may end."""
    anywhere = Hand(float(KEYBOARD.center_y_m[0]) - limits.reach_m, float(KEYBOARD.center_y_m[-1]))
    played: dict[Hands, int] = {(anywhere, anywhere): 0}
    now_s: float | None = None
    for note in sorted(notes, key=lambda note: (note.onset_s, note.pitch)):
        strike_s = note.onset_s - limits.before_s
        early_s = max(TOLERANCE_S, OFFSET_RATIO * (note.offset_s - note.onset_s))
        lift_s = max(note.onset_s + limits.hold_s, note.offset_s - early_s if held else 0.0)
        place_m = float(KEYBOARD.center_y_m[note.pitch - LOWEST_PITCH])
        since_s, now_s = strike_s if now_s is None else now_s, strike_s
        moved = {hand: hand.at(since_s, now_s, limits) for hands in played for hand in hands}
        after: dict[Hands, int] = {}
        for (hand, other), count in played.items():
            for hands, more in _ways((moved[hand], moved[other]), lift_s + limits.lift_s, place_m, limits):
                after[hands] = max(after.get(hands, 0), count + more)
        played = _fewer(after)
    return max(played.values())


def _ways(hands: Hands, free_s: float, place_m: float, limits: Limits) -> list[tuple[Hands, int]]:
    """Return the hands after a note, and how many notes that is: left out, or played by either hand."""
    ways = [(hands, 0)]
    if any(place_m == taken_m for hand in hands for _, taken_m in hand.taken):
        return ways
    for hand, other in (hands, hands[::-1]):
        if (taking := hand.take(free_s, place_m, limits)) is not None:
            ways.append(((min(taking, other), max(taking, other)), 1))
    return ways


def _fewer(played: Mapping[Hands, int]) -> dict[Hands, int]:
    """Leave out hands that are no better than others with the same keys taken; see `SLACK`."""
    kept: dict[tuple[object, object], list[tuple[Hands, int]]] = {}
    for hands, count in sorted(played.items(), key=lambda item: -item[1]):
        same = kept.setdefault((hands[0].taken, hands[1].taken), [])
        if any(all(map(Hand.contains, other, hands)) for other, _ in same):
            continue
        if same and count < same[0][1] - SLACK:
            (one, other), most = same[0]
            same[0] = ((one.joined(hands[0]), other.joined(hands[1])), most)
        else:
            same.append((hands, count))
    return {hands: count for same in kept.values() for hands, count in reversed(same)}


def recalls(song: Path, limits: Limits) -> tuple[float, float]:
    """Return the largest note recall of a song: of strikes alone, and of notes that are held.

    Raises:
        UserError: The file holds no music.
    """
    notes = read_score(song, rules=ReadingRules.MUSICAL).notes
    strikes, held = (most_notes(notes, limits, held) / len(notes) for held in (False, True))
    return strikes, held


def bound_table(bounds: Mapping[str, Sequence[tuple[float, float]]]) -> Table:
    """Return the `recalls` of each set's songs in Markdown, as mean and worst song, and F1 without a stray strike."""
    table = Table("songs", "what counts", "recall", "worst song", "F1", "worst song", box=box.MARKDOWN)
    for name, songs in bounds.items():
        for what, column in zip(("strikes", "notes held"), np.transpose(songs), strict=True):
            f1 = 2 * column / (1 + column)
            values = (column.mean(), column.min(), f1.mean(), f1.min())
            table.add_row(f"{name} ({len(songs)})", what, *(f"{value:.3f}" for value in values))
    return table


def main(options: BoundOptions) -> int:
    """Print the table and return 0.

    Raises:
        UserError: Nothing is given, a folder or file is missing, or a file holds no music.
    """
    if not options.folders and options.demos is None:
        raise UserError("no songs: give folders of MIDI files, --demos DIR or both")
    sets = {} if options.demos is None else song_sets(options.demos, None)
    sets |= {folder.name: tuple(collect_songs([folder]).values()) for folder in options.folders}
    limits, console = planner_limits(), Console(width=140)
    bounds = {
        name: [recalls(song, limits) for song in track(songs, name, console=Console(stderr=True), transient=True)]
        for name, songs in sets.items()
    }
    console.print(
        f"{FINGERS_A_HAND} keys and {1000 * limits.reach_m:.0f} mm a hand, {limits.speed_m_s:.1f} m/s between them; "
        f"a key is taken for {1000 * (limits.before_s + limits.hold_s + limits.lift_s):.0f} ms at least"
    )
    console.print(bound_table(bounds))
    return 0


if __name__ == "__main__":
    try:
        sys.exit(main(tyro.cli(BoundOptions)))
    except UserError as error:
        print(error, file=sys.stderr)
        sys.exit(2)
