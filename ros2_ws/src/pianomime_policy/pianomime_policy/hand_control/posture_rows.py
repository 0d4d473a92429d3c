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

"""Inverse kinematics of the coming rows of a hand, in one compiled loop: a call for each row from Python would take as
long as an iteration of the solver."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from pianomime_policy.hand_control.inverse_kinematics import Contacts, Objective, lone_steps, solve_posture
from pianomime_policy.kernel import kernel


class WantedRows(NamedTuple):
    """The `Objective` of each row, but for what it shall be near."""

    tip_target: NDArray[np.float64]  # (rows, 5, 3) in the world frame [m]
    tip_weight: NDArray[np.float64]  # (rows, 5, 3)
    z_rest: NDArray[np.float64]  # (rows, n) rad, m
    rest_weight: NDArray[np.float64]  # (n,)


def solved_rows(rows: int, rows_per_step: int, fine_rows: int) -> NDArray[np.int64]:
    """Return the indices of the rows that `solve_rows` solves: each of the fine rows, of later steps the last one."""
    row = np.arange(rows)
    return row[(row < fine_rows) | ((row + 1) % rows_per_step == 0)]


@kernel
def _objective(wanted, r, near, near_weight):
    return Objective(
        wanted.tip_target[r], wanted.tip_weight[r], wanted.z_rest[r], wanted.rest_weight, near, near_weight
    )


@kernel
def solve_rows(
    chain, z, slack, wanted, near, fine_near_weight, near_weight, settings, iterations, rows_per_step, fine_rows,
    jacobians,
):  # fmt: skip
    """Improve z (rows, n) in place, each row near the one before, and the first near `near` (n,).

    Every one of the first rows is solved, of later steps the last row, with straight lines in between.

    Args:
        chain, slack, settings, iterations: As in `solve_posture`.
        wanted: `WantedRows`.
        fine_near_weight, near_weight: (n,) of the first rows and of later ones.
        rows_per_step: Rows of each step; fine_rows: the number of first rows, whole steps.
        jacobians: (rows, 5, 3, n) of the fingertips, written for the rows that are solved.
    """
    points = np.empty((5, 3))
    for r in range(z.shape[0]):
        if r >= fine_rows and (r + 1) % rows_per_step != 0:
            continue
        objective = _objective(wanted, r, near, fine_near_weight if r < fine_rows else near_weight)
        solve_posture(chain, z[r], slack, objective, settings, iterations, Contacts(points, jacobians[r]))
        near = z[r]
        if r >= fine_rows:
            for i in range(1, rows_per_step):
                z[r - i] = near + i / rows_per_step * (z[r - rows_per_step] - near)


@kernel
def lone_steps_of_rows(chain, z, slack, wanted, near, near_weight, settings):
    """Return the `lone_steps` (rows, n) and the contact points (rows, 5, 3) at z (rows, n); near and its weight:
    (rows, n)."""
    rows, n = z.shape
    steps, points, jacobians = np.empty((rows, n)), np.empty((rows, 5, 3)), np.empty((5, 3, n))
    for r in range(rows):
        objective = _objective(wanted, r, near[r], near_weight[r])
        steps[r] = lone_steps(chain, z[r], slack, objective, settings, Contacts(points[r], jacobians))
    return steps, points
