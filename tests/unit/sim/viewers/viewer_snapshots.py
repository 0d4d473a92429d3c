"""Snapshots for the tests of the viewers: hands at rest, keys as requested."""

import numpy as np

from pianomime_core.hands import joint_names
from pianomime_core.keyboard import KEYBOARD, LOWEST_PITCH, NUM_KEYS
from pianomime_sim.viewers import Snapshot


def row(*pitches: int) -> np.ndarray:
    """Return (88,) bool: these MIDI pitches are down."""
    keys = np.zeros(NUM_KEYS, dtype=bool)
    keys[[pitch - LOWEST_PITCH for pitch in pitches]] = True
    return keys


def snapshot(wanted=(), pressed=(), coming=(), time_s=1.0, joint_positions=None, score=None) -> Snapshot:
    """Return a snapshot; `coming` is a sequence of rows, each a sequence of MIDI pitches."""
    down = row(*pressed)
    return Snapshot(
        time_s=time_s,
        joint_positions=np.zeros(len(joint_names())) if joint_positions is None else joint_positions,
        key_angles=np.where(down, KEYBOARD.travel_rad, 0.0),
        pressed=down,
        wanted=row(*wanted),
        coming=np.array([row(*pitches) for pitches in coming]).reshape(-1, NUM_KEYS),
        score=score or {},
    )
