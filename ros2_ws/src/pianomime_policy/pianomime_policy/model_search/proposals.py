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

"""Proposals for the search: random changes, variations of what went well, and corrections of measured errors."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pianomime_core.hands import SIDES
from pianomime_core.keyboard import NUM_KEYS
from pianomime_policy.hand_control.hands_controller import Adaptation


@dataclass(frozen=True)
class ProposalConfig:
    """Sizes and proportions of the proposals.

    Attributes:
        choice_scale: Proposals start from the k-th best trial, with k drawn from an exponential of this mean.
        press_spread_m: (3,) standard deviation of the change of a press point: into the keys, along them, down.
        press_share: Fraction of the keys that change.
        hand_spread_m: Standard deviation of the shift of a hand's centre and reach.
        local_scale: Size of a variation relative to a change from scratch.
        corrections, fresh: Fractions of proposals that correct errors and that start from scratch; the rest vary what
            went well.
        correction_gain: Smallest and largest fraction of a measured error that a correction removes.
        correction_limit_m: A correction moves a press point at most this far at once.
        offset_limit_m: No press point ever moves further than this.
    """

    choice_scale: float = 1.0
    press_spread_m: tuple[float, float, float] = (0.004, 0.0025, 0.002)
    press_share: float = 0.6
    hand_spread_m: float = 0.006
    local_scale: float = 0.7
    corrections: float = 0.5
    fresh: float = 0.25
    correction_gain: tuple[float, float] = (0.3, 1.5)
    correction_limit_m: float = 0.008
    offset_limit_m: float = 0.010


@dataclass
class Trial:
    """One attempt at a segment of music, and its result.

    Attributes:
        cost: `Candidate.cost` at its end; higher than that of any kept candidate if it was stopped early.
        plan_index: Index of the motion plan.
        adaptation: How the attempt departed from that plan.
        press_error_m: (88, 4), see `HandsController.press_error_m`.
    """

    cost: float
    plan_index: int
    adaptation: Adaptation
    press_error_m: NDArray[np.float64]


def next_proposal(config: ProposalConfig, tried: list[Trial], random: np.random.Generator) -> tuple[int, Adaptation]:
    """Return the motion plan's index and the adaptation to try next, from a good trial; sorts `tried`, best first."""
    tried.sort(key=lambda trial: trial.cost)
    chosen = tried[min(int(random.exponential(config.choice_scale)), len(tried) - 1)]
    return chosen.plan_index, propose(config, chosen.adaptation, chosen.press_error_m, random)


def propose(
    config: ProposalConfig, tried: Adaptation, press_error_m: NDArray[np.float64], random: np.random.Generator
) -> Adaptation:
    """Return a new adaptation to try.

    Args:
        tried: The adaptation to start from.
        press_error_m: (88, 4) the errors it led to, see `HandsController.press_error_m`.
    """
    kind = random.random()
    if kind < config.corrections:
        return _corrected(config, tried, press_error_m, random.uniform(*config.correction_gain))
    if kind < config.corrections + config.fresh:
        return _changed(config, Adaptation(), 1.0, random)
    return _changed(config, tried, config.local_scale, random)


def _corrected(
    config: ProposalConfig, tried: Adaptation, press_error_m: NDArray[np.float64], gain: float
) -> Adaptation:
    # A finger that misses its target aims as far to the other side: iterative learning control, one key at a time.
    error = press_error_m[:, :3] / np.maximum(press_error_m[:, 3:], 1.0)
    error[:, 2] = 0.5 * np.minimum(
        error[:, 2], 0.0
    )  # the keybed stops a fingertip: only one that is too high can be corrected
    step = np.clip(gain * error, -config.correction_limit_m, config.correction_limit_m)
    offset = np.clip(tried.press_offset_m + step, -config.offset_limit_m, config.offset_limit_m)
    return Adaptation(offset, tried.centre_shift_m, tried.reach_shift_m)


def _changed(config: ProposalConfig, tried: Adaptation, scale: float, random: np.random.Generator) -> Adaptation:
    change = scale * random.normal(size=(NUM_KEYS, 3)) * np.array(config.press_spread_m)
    change *= random.random((NUM_KEYS, 1)) < config.press_share
    shifts = scale * config.hand_spread_m * random.normal(size=(2, len(SIDES)))
    return Adaptation(tried.press_offset_m + change, tried.centre_shift_m + shifts[0], tried.reach_shift_m + shifts[1])
