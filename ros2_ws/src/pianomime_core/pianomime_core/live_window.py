"""How far ahead a controller sees live music, given the delay."""

MAX_HORIZON_STEPS = 40
REPEATED_STEPS = 4
"""Rows that repeat the keys held now, so that a reader that misses a window still has a goal."""


def visible_steps(delay_steps: int) -> int:
    """Return how many rows of a window are known with a delay; without delay, a few rows that repeat the first."""
    return min(delay_steps, MAX_HORIZON_STEPS) or REPEATED_STEPS
