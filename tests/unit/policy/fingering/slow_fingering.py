"""Fingering by exhaustive search, with costs written from the documentation of `FingeringConfig`, without a beam."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise, product
from types import SimpleNamespace

import numpy as np

from pianomime_core.keyboard import KEYBOARD
from pianomime_core.timing import CONTROL_TIMESTEP_S
from pianomime_policy.fingering.fingering import FingeringConfig, FingeringSearch, finger_offsets_m, offset_limits_m

OFFSET_M = finger_offsets_m()
LOW_M, HIGH_M = offset_limits_m()
LONGEST_REST_STEPS = 40


@dataclass(frozen=True)
class Tone:
    """A note: key 0..87, first step, first step after."""

    key: int
    onset: int
    end: int


@dataclass(frozen=True)
class Hands:
    """State of a path through the song; dicts by hand (0 right, 1 left) and by finger (0..9)."""

    cost: float
    centre_m: dict[int, float]
    moved: dict[int, int]
    holds: dict[int, Tone]
    before: dict[int, Tone]


def beginning(config: FingeringConfig) -> Hands:
    return Hands(0.0, dict(enumerate(config.start_centre_m)), {0: -LONGEST_REST_STEPS, 1: -LONGEST_REST_STEPS}, {}, {})


def slices(song: list[Tone]) -> list[list[Tone]]:
    """Notes that begin together, bass first."""
    onsets = sorted({tone.onset for tone in song})
    return [sorted((t for t in song if t.onset == onset), key=lambda t: t.key) for onset in onsets]


def play(config: FingeringConfig, hands: Hands, chord: list[Tone], fingers: tuple[int, ...]) -> Hands | None:
    """The hands after a chord, or None when such fingers cannot be: crossed, taken, or hands that cross in a chord."""
    onset = chord[0].onset
    holds = {f: tone for f, tone in hands.holds.items() if tone.end > onset + config.overlap_steps}
    side = [f // 5 for f in fingers]
    if side != sorted(side, reverse=True) or len(set(fingers)) < len(fingers) or set(fingers) & set(holds):
        return None
    struck = dict(zip(fingers, chord, strict=True))
    holds |= struck
    for first, sign in ((0, 1), (5, -1)):
        places = [sign * KEYBOARD.center_y_m[holds[f].key] for f in range(first, first + 5) if f in holds]
        if any(b - a < config.order_gap_m for a, b in pairwise(places)):
            return None
    cost, centre, moved = hands.cost, dict(hands.centre_m), dict(hands.moved)
    for hand in set(side):
        added, centre[hand] = hand_cost(config, hands, hand, onset, holds, struck)
        cost += added
        moved[hand] = onset
    crowd = max(config.hand_gap_m - (centre[0] - centre[1]), 0.0) / config.hand_gap_unit_m
    return Hands(cost + config.hand_gap_price * crowd**2, centre, moved, holds, {**hands.before, **struck})


def hand_cost(
    config: FingeringConfig, hands: Hands, hand: int, onset: int, holds: dict[int, Tone], struck: dict[int, Tone]
) -> tuple[float, float]:
    """Cost of one hand that strikes notes, and where its centre goes."""
    was = hands.centre_m[hand]
    home = {f: KEYBOARD.center_y_m[t.key] - OFFSET_M[f] for f, t in holds.items() if f // 5 == hand}
    weight = {f: config.finger_stiffness[f % 5] / config.deviation_unit_m**2 for f in home}
    inertia = config.centre_inertia / config.centre_inertia_unit_m**2
    centre = (sum(weight[f] * home[f] for f in home) + inertia * was) / (sum(weight.values()) + inertia)
    lowest, highest = max(home[f] - HIGH_M[f] for f in home), min(home[f] - LOW_M[f] for f in home)
    cost = 0.0
    if lowest > highest:
        centre = (lowest + highest) / 2
        cost += config.stretch_price * ((lowest - highest) / config.stretch_unit_m) ** 2
    else:
        centre = min(max(centre, lowest), highest)
    cost += config.deviation_price * sum(weight[f] * (home[f] - centre) ** 2 for f in home)
    travel = abs(centre - was)
    rest_s = min(onset - hands.moved[hand], LONGEST_REST_STEPS) * CONTROL_TIMESTEP_S
    too_fast = max(travel / rest_s / config.free_speed_m_s - 1.0, 0.0)
    cost += config.travel_price_per_m * travel + config.speed_price * too_fast**2
    for f, tone in struck.items():
        if f // 5 != hand:
            continue
        cost += config.finger_price[f % 5] + KEYBOARD.is_black[tone.key] * config.black_price[f % 5]
        if f in hands.before and hands.before[f].key != tone.key:
            cost += config.reuse_price * max(config.reuse_steps - (onset - hands.before[f].end), 0)
    return cost, centre


def path_cost(config: FingeringConfig, song: list[Tone], fingers: list[tuple[int, ...]]) -> float:
    """Cost of the given fingers, one tuple per slice."""
    hands = beginning(config)
    for chord, chosen in zip(slices(song), fingers, strict=True):
        after = play(config, hands, chord, chosen)
        assert after is not None, (chord, chosen)
        hands = after
    return hands.cost


def cheapest(config: FingeringConfig, song: list[Tone]) -> float:
    """Cost of the best of all fingerings that drop nothing."""
    return min(hands.cost for hands in _all_ways(config, beginning(config), slices(song)))


def _all_ways(config: FingeringConfig, hands: Hands, chords: list[list[Tone]]) -> Iterator[Hands]:
    if not chords:
        yield hands
        return
    for fingers in product(range(10), repeat=len(chords[0])):
        after = play(config, hands, chords[0], fingers)
        if after is not None:
            yield from _all_ways(config, after, chords[1:])


def search(config: FingeringConfig, song: list[Tone]) -> list[tuple[int, ...]]:
    """The result of `FingeringSearch` in the same form."""
    found = Feed(config, song)
    for step in found.onsets:
        found.push(step)
    return found.fingers()


class Feed:
    """A song pushed to `FingeringSearch` slice by slice, and its result."""

    def __init__(self, config: FingeringConfig, song: list[Tone]) -> None:
        self.search = FingeringSearch(config)
        self.tones = [tone for chord in slices(song) for tone in chord]
        self.onsets = sorted({tone.onset for tone in song})
        self._key, self._onset, self._end = (
            np.array([getattr(tone, name) for tone in self.tones], dtype=np.int64) for name in ("key", "onset", "end")
        )

    def push(self, step: int, *, ends_known: bool = True) -> None:
        """Push the notes of one step; without known ends, what sounds on beyond an overlap has no end yet."""
        seen = step + self.search.config.overlap_steps
        end = self._end if ends_known else np.where(self._end <= seen, self._end, 1 << 30)
        notes = SimpleNamespace(key=self._key, end=end, sustained_from=np.full(len(end), 1 << 30))
        self.search.push(step, np.flatnonzero(self._onset == step), notes)

    def fingers(self) -> list[tuple[int, ...]]:
        """One tuple for each pushed slice."""
        best = self.search.best()
        numbers = iter(range(len(self.tones)))
        chords = [chord for chord in slices(self.tones) if chord[0].onset in {self.tones[n].onset for n in best}]
        return [tuple(best.get(next(numbers), -1) for _ in chord) for chord in chords]
