"""The compiled inner part of the fingering search: all ways to play the notes of one onset, and the beam over onsets.

Notes that begin together form a slice. For each state of the beam, lower notes go to the left hand and upper ones to
the right (every split), and within a hand notes and free fingers pair up in the same order (every monotone
assignment). Fingers are numbered 0..9, right thumb..little, then left thumb..little; hands 0 = right, 1 = left.
"""

from typing import NamedTuple

import numpy as np
from numba import njit
from numpy.typing import NDArray

FINGERS = 10
DROPPED = -1
_MAX_OPTIONS = 6  # kept for each hand and split
_NEVER = -99
_REST_LIMIT_STEPS = 40


class FingeringCost(NamedTuple):
    """Prices of the search; see `fingering.FingeringConfig`, whose arrays and numbers these are."""

    finger_offset_m: NDArray[np.float64]  # (10,) comfortable place of each finger from the hand's centre
    offset_low_m: NDArray[np.float64]  # (10,)
    offset_high_m: NDArray[np.float64]  # (10,)
    finger_weight: NDArray[np.float64]  # (10,) of squared deviation, 1/m^2
    finger_price: NDArray[np.float64]  # (10,) of using it at all
    black_price: NDArray[np.float64]  # (10,) of using it on a black key
    key_y_m: NDArray[np.float64]  # (88,)
    key_is_black: NDArray[np.bool_]  # (88,)
    order_gap_m: float
    centre_inertia: float
    deviation_price: float
    stretch_price: float
    stretch_unit_m: float
    travel_price_per_m: float
    free_speed_m_s: float
    speed_price: float
    reuse_price: float
    reuse_steps: int
    drop_price: float
    hand_gap_m: float
    hand_gap_price: float
    hand_gap_unit_m: float
    step_s: float


class Beam(NamedTuple):
    """States of the search, row 0 the cheapest; B of them."""

    cost: NDArray[np.float64]  # (B,)
    centre_m: NDArray[np.float64]  # (B, 2) of each hand along the keyboard
    moved_step: NDArray[np.int64]  # (B, 2) onset of the last slice each hand played
    held_note: NDArray[np.int64]  # (B, 10) note under each finger, -1 none
    last_key: NDArray[np.int64]  # (B, 10)
    last_end: NDArray[np.int64]  # (B, 10)


@njit(cache=True)
def _hand_price(price, hand, centre, moved, step, keys, fingers, count, new, last_key, last_end):
    """Return (price, new centre) of one hand holding `count` keys with `fingers`, `new` of them just struck."""
    cost = 0.0
    weight, pull = 0.0, 0.0
    low, high = -1e9, 1e9
    for i in range(count):
        f = fingers[i]
        d = price.key_y_m[keys[i]] - price.finger_offset_m[f]
        weight += price.finger_weight[f]
        pull += price.finger_weight[f] * d
        low = max(low, d - price.offset_high_m[f])
        high = min(high, d - price.offset_low_m[f])
    new_centre = (pull + price.centre_inertia * centre) / (weight + price.centre_inertia)
    if low > high:
        stretch = (low - high) / price.stretch_unit_m
        cost += price.stretch_price * stretch * stretch
        new_centre = 0.5 * (low + high)
    else:
        new_centre = min(max(new_centre, low), high)
    for i in range(count):
        f = fingers[i]
        d = price.key_y_m[keys[i]] - price.finger_offset_m[f] - new_centre
        cost += price.deviation_price * price.finger_weight[f] * d * d
    seconds = max(step - max(moved, -_REST_LIMIT_STEPS), 1) * price.step_s
    travel = abs(new_centre - centre)
    cost += price.travel_price_per_m * travel
    speed = travel / seconds
    if speed > price.free_speed_m_s:
        excess = (speed - price.free_speed_m_s) / price.free_speed_m_s
        cost += price.speed_price * excess * excess
    for i in range(count):
        if not new[i]:
            continue
        f = fingers[i]
        cost += price.finger_price[f]
        if price.key_is_black[keys[i]]:
            cost += price.black_price[f]
        if last_key[f] >= 0 and last_key[f] != keys[i]:
            rest = step - last_end[f]
            if rest < price.reuse_steps:
                cost += price.reuse_price * (price.reuse_steps - rest)
    return cost, new_centre


@njit(cache=True)
def _hand_options(
    price, hand, notes, n, note_key, step, centre, moved, held, last_key, last_end, out_cost, out_centre, out_finger
):
    """Write the cheapest ways (at most `_MAX_OPTIONS`) for one hand to play `n` notes, thumb side first; return how
    many.

    A note is dropped only when no assignment of all of them keeps the order of fingers and keys.
    """
    if n == 0:
        out_cost[0] = 0.0
        out_centre[0] = centre
        return 1
    keys = np.empty(10, np.int64)
    fingers = np.empty(10, np.int64)
    new = np.empty(10, np.bool_)
    sign = 1.0 if hand == 0 else -1.0
    first = 5 * hand
    found = 0
    for dropped in range(n + 1):
        for note_mask in range((1 << n) - 1, -1, -1):
            bits = 0
            for i in range(n):
                bits += (note_mask >> i) & 1
            if bits != n - dropped or bits > 5:
                continue
            for finger_mask in range(32):
                count = 0
                legal = True
                for f in range(5):
                    if (finger_mask >> f) & 1:
                        count += 1
                        legal = legal and held[first + f] < 0
                if count != bits or not legal:
                    continue
                # Walk fingers from thumb to little, merging held keys with new ones.
                count = 0
                i = 0
                previous = -1e9
                for f in range(5):
                    key = -1
                    is_new = False
                    if held[first + f] >= 0:
                        key = note_key[held[first + f]]
                    elif (finger_mask >> f) & 1:
                        while not (note_mask >> i) & 1:
                            i += 1
                        key = note_key[notes[i]]
                        i += 1
                        is_new = True
                    if key < 0:
                        continue
                    y = sign * price.key_y_m[key]
                    if y - previous < price.order_gap_m:
                        legal = False
                        break
                    previous = y
                    keys[count] = key
                    fingers[count] = first + f
                    new[count] = is_new
                    count += 1
                if not legal:
                    continue
                if count > 0:
                    cost, new_centre = _hand_price(
                        price, hand, centre, moved, step, keys, fingers, count, new, last_key, last_end
                    )
                else:
                    cost, new_centre = 0.0, centre
                cost += dropped * price.drop_price
                # Insertion into the sorted list of the best.
                if found == _MAX_OPTIONS and cost >= out_cost[found - 1]:
                    continue
                slot = found if found < _MAX_OPTIONS else _MAX_OPTIONS - 1
                while slot > 0 and out_cost[slot - 1] > cost:
                    out_cost[slot] = out_cost[slot - 1]
                    out_centre[slot] = out_centre[slot - 1]
                    out_finger[slot] = out_finger[slot - 1]
                    slot -= 1
                out_cost[slot] = cost
                out_centre[slot] = new_centre
                i = 0
                for f in range(5):
                    if (finger_mask >> f) & 1:
                        while not (note_mask >> i) & 1:
                            out_finger[slot, i] = DROPPED
                            i += 1
                        out_finger[slot, i] = first + f
                        i += 1
                while i < n:
                    out_finger[slot, i] = DROPPED
                    i += 1
                found = min(found + 1, _MAX_OPTIONS)
        if found > 0:
            break
    return found


@njit(cache=True)
def extend_beam(price, beam, width, notes, note_key, note_end, step):
    """Extend every state by one slice and keep the `width` cheapest distinct states.

    Args:
        price: `FingeringCost`.
        beam: `Beam` of B states before the slice.
        width: States kept at most.
        notes: (n,) indices of the slice's notes, by rising key; at most ten, five a hand.
        note_key, note_end: (N,) key and end step (exclusive) of every note; a note still sounding ends in the future.
        step: Onset step of the slice.

    Returns:
        The new `Beam`, the parent (B',) of each state and the finger (B', n) of each note, -1 = dropped.
    """
    n = notes.shape[0]
    states = beam.cost.shape[0]
    held = beam.held_note.copy()
    last_end = beam.last_end.copy()
    for b in range(states):
        for f in range(FINGERS):
            if held[b, f] >= 0 and note_end[held[b, f]] <= step:
                last_end[b, f] = note_end[held[b, f]]
                held[b, f] = -1
    capacity = states * (n + 1) * _MAX_OPTIONS * _MAX_OPTIONS
    c_cost = np.empty(capacity)
    c_parent = np.empty(capacity, np.int64)
    c_centre = np.empty((capacity, 2))
    c_finger = np.empty((capacity, n), np.int8)
    cost_r, cost_l = np.empty(_MAX_OPTIONS), np.empty(_MAX_OPTIONS)
    centre_r, centre_l = np.empty(_MAX_OPTIONS), np.empty(_MAX_OPTIONS)
    finger_r, finger_l = np.empty((_MAX_OPTIONS, n), np.int8), np.empty((_MAX_OPTIONS, n), np.int8)
    left_notes = np.empty(n, np.int64)
    total = 0
    for b in range(states):
        for split in range(max(0, n - 5), min(n, 5) + 1):
            for i in range(split):
                left_notes[i] = notes[split - 1 - i]
            right = _hand_options(
                price, 0, notes[split:], n - split, note_key, step, beam.centre_m[b, 0], beam.moved_step[b, 0],
                held[b], beam.last_key[b], last_end[b], cost_r, centre_r, finger_r,
            )  # fmt: skip
            left = _hand_options(
                price, 1, left_notes, split, note_key, step, beam.centre_m[b, 1], beam.moved_step[b, 1],
                held[b], beam.last_key[b], last_end[b], cost_l, centre_l, finger_l,
            )  # fmt: skip
            for r in range(right):
                for k in range(left):
                    gap = centre_r[r] - centre_l[k]
                    cost = beam.cost[b] + cost_r[r] + cost_l[k]
                    if gap < price.hand_gap_m:
                        crowd = (price.hand_gap_m - gap) / price.hand_gap_unit_m
                        cost += price.hand_gap_price * crowd * crowd
                    c_cost[total] = cost
                    c_parent[total] = b
                    c_centre[total, 0] = centre_r[r]
                    c_centre[total, 1] = centre_l[k]
                    for i in range(split):
                        c_finger[total, i] = finger_l[k, split - 1 - i]
                    for i in range(split, n):
                        c_finger[total, i] = finger_r[r, i - split]
                    total += 1
    order = np.argsort(c_cost[:total])
    cost = np.empty(width)
    centre = np.empty((width, 2))
    moved = np.empty((width, 2), np.int64)
    new_held = np.empty((width, FINGERS), np.int64)
    new_last_key = np.empty((width, FINGERS), np.int64)
    new_last_end = np.empty((width, FINGERS), np.int64)
    parent = np.empty(width, np.int64)
    finger = np.empty((width, n), np.int8)
    kept = 0
    for o in order:
        b = c_parent[o]
        for f in range(FINGERS):
            new_held[kept, f] = held[b, f]
            new_last_key[kept, f] = beam.last_key[b, f]
            new_last_end[kept, f] = last_end[b, f]
        for h in range(2):
            centre[kept, h] = c_centre[o, h]
            moved[kept, h] = beam.moved_step[b, h]
        for i in range(n):
            f = c_finger[o, i]
            finger[kept, i] = f
            if f >= 0:
                new_held[kept, f] = notes[i]
                new_last_key[kept, f] = note_key[notes[i]]
                new_last_end[kept, f] = note_end[notes[i]]
                moved[kept, f // 5] = step
        twin = False
        for s in range(kept):
            if abs(centre[s, 0] - centre[kept, 0]) < 0.005 and abs(centre[s, 1] - centre[kept, 1]) < 0.005:
                same = True
                for f in range(FINGERS):
                    if new_held[s, f] != new_held[kept, f]:
                        same = False
                        break
                if same:
                    twin = True
                    break
        if twin:
            continue
        cost[kept] = c_cost[o]
        parent[kept] = b
        kept += 1
        if kept == width:
            break
    new_beam = Beam(
        cost[:kept].copy(),
        centre[:kept].copy(),
        moved[:kept].copy(),
        new_held[:kept].copy(),
        new_last_key[:kept].copy(),
        new_last_end[:kept].copy(),
    )
    return new_beam, parent[:kept].copy(), finger[:kept].copy()
