"""Training windows of demonstrations: for every step the input of a level, (C,), and its output, (H, A).

Past the end of a clip the goal is empty and the last row is held; before its beginning the first row is repeated.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

from training.demonstrations import Demonstration
from training.paper.configs import Level
from training.paper.goals import Goals

Array = NDArray[np.float32]


@dataclass(frozen=True)
class Seen:
    """Possible inputs of a level at N moments.

    Attributes:
        goals: (N, >= goal_steps, G).
        previous_m: (N, 36) fingertips of the previous step.
        coming_m: (N, steps, 36) fingertips from this step on.
        state: (N, 196), see `robot_state`.
    """

    goals: Array
    previous_m: Array
    coming_m: Array | None
    state: Array | None


def condition(level: Level, seen: Seen) -> Array:
    """(N, C): the parts that the level sees, concatenated."""
    parts = {
        "goals": seen.goals[:, : level.goal_steps],
        "previous fingertips": seen.previous_m,
        "coming fingertips": seen.coming_m,
        "state": seen.state,
    }
    chosen = [parts[part] for part in level.sees]
    return np.concatenate([part.reshape(len(part), -1) for part in chosen if part is not None], axis=1)


def robot_state(positions: NDArray[Any], velocities: NDArray[Any], keys: NDArray[Any]) -> Array:
    """(N, 196): joint positions and velocities (N, 54) [rad, m, rad/s, m/s], keys (N, 88) from 0 (up) to 1 (down)."""
    return np.concatenate([positions, velocities, keys], axis=1, dtype=np.float32)


def windows(level: Level, demonstrations: Sequence[Demonstration], goals: Goals) -> tuple[Array, Array]:
    """Conditions (N, C) and actions (N, H, A) of every step of the clips that the level can learn from.

    A level that outputs fingertips learns from all clips, one that outputs targets from those with an expert.
    """
    needs_expert = level.does == "targets"
    found = [_clip(level, one, goals) for one in demonstrations if one.expert is not None or not needs_expert]
    conditions, actions = zip(*found, strict=True)
    return np.concatenate(conditions), np.concatenate(actions)


def _clip(level: Level, one: Demonstration, goals: Goals) -> tuple[Array, Array]:
    tips = one.fingertips_m.reshape(len(one.goal), -1)
    silence = np.zeros((level.goal_steps - 1, one.goal.shape[1]), dtype=bool)
    state = None
    if one.expert is not None:
        state = robot_state(one.expert.joint_positions, one.expert.joint_velocities, one.expert.keys)
    seen = Seen(
        goals=_sliding(goals.encode(np.concatenate([one.goal, silence])), level.goal_steps),
        previous_m=np.concatenate([tips[:1], tips[:-1]]),
        coming_m=_ahead(tips, level.steps),
        state=state,
    )
    if level.does == "targets":
        assert one.expert is not None
        return condition(level, seen), _ahead(one.expert.targets, level.steps)
    assert seen.coming_m is not None
    base = seen.previous_m[:, None] if level.does == "fingertip residuals" else 0.0
    return condition(level, seen), seen.coming_m - base


def _ahead(rows: Array, steps: int) -> Array:
    """(T, A) -> (T, steps, A): each row with the following ones; the last is repeated."""
    return _sliding(np.concatenate([rows, np.repeat(rows[-1:], steps - 1, axis=0)]), steps)


def _sliding(rows: Array, steps: int) -> Array:
    return sliding_window_view(rows, steps, axis=0).swapaxes(1, 2)
