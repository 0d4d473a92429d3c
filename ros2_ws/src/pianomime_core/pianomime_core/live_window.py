"""How much of the music a delay lets a live player see."""

MAX_HORIZON_STEPS = 40
REPEATED_STEPS = 4
"""Rows in which what is held now is held on: whoever misses a window is not left without one."""


def visible_steps(delay_steps: int) -> int:
    """Return how many rows of a window a delay lets one see; without delay, a few that repeat the first."""
    return min(delay_steps, MAX_HORIZON_STEPS) or REPEATED_STEPS
