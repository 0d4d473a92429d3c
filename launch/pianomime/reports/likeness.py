"""How near the robot's fingertips came to the pianist's whose demonstration was played."""

import math
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from pianomime_core.demonstration import Demonstration
from pianomime_core.hands import FINGERS, SIDES, name_order
from pianomime_core.likeness import fingertip_distance_m
from pianomime_core.rollout import Rollout
from pianomime_core.song_file import is_demonstration
from pianomime_physics.fingertips import Fingertips
from pianomime_physics.simulator import Simulator

FINGERTIP_DISTANCE = "fingertip_distance_mm"
"""Name among the scores of a demonstration's performance."""


def likeness(song: Path, rollout: Rollout, simulator: Simulator) -> dict[str, float]:
    """Return the score FINGERTIP_DISTANCE of a rollout; nothing if the song is no demonstration with hands, or was
    played in part.

    Args:
        song: What was played.
        rollout: How.
        simulator: One like that in which it was played; is reset.

    Raises:
        UserError: The simulator has other hands.
    """
    if not is_demonstration(song):
        return {}
    demonstration = Demonstration.load(song)
    if len(rollout.targets) != len(demonstration.time_s):
        return {}
    distance_m = fingertip_distance_m(played_fingertips_m(rollout, simulator), demonstration)
    return {} if math.isnan(distance_m) else {FINGERTIP_DISTANCE: 1e3 * distance_m}


def played_fingertips_m(rollout: Rollout, simulator: Simulator) -> NDArray[np.float64]:
    """Return the fingertips (T, 2, 5, 3) [m] of a rollout at the end of each step, world frame, right hand first.

    The rollout is replayed; fingertips are those of `Fingertips`.

    Raises:
        UserError: The simulator has other hands.
    """
    parts = "rollout and simulator"
    joints = name_order(simulator.joint_names, rollout.joint_names, "joint", parts)
    targets = rollout.targets[:, name_order(simulator.target_names, rollout.target_names, "target", parts)]
    fingertips = Fingertips(simulator)
    simulator.reset(rollout.initial_joint_positions[joints])
    played = np.zeros((len(targets), len(SIDES), len(FINGERS), 3))
    for step, row in enumerate(targets):
        simulator.step(row)
        played[step] = fingertips.positions_m()
    return played
