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

"""The delay between keyboard and robot: at least the controller's lookahead."""

import math

from pianomime_core.errors import UserError
from pianomime_core.live_window import visible_steps
from pianomime_core.timing import CONTROL_TIMESTEP_S, FRAMES_PER_SECOND
from pianomime_policy.controllers.specs import OURS, check_name, spec_of

MAX_DELAY_S = 20.0


def live_delay_s(controller: str, delay_s: float | None = None) -> float:
    """Return the delay, a whole number of steps; by default the controller's lookahead, 0 if it has none.

    Raises:
        UserError: The controller is unknown, needs the whole song, or looks further ahead than the delay allows.
    """
    horizon = spec_of(controller).horizon_steps
    if horizon is None:
        live = ", ".join(name for name, spec in OURS.items() if spec.horizon_steps is not None)
        raise UserError(f"controller {controller!r} wants to see the whole song: live, choose one of {live}")
    if delay_s is None:
        return horizon * CONTROL_TIMESTEP_S if horizon > 1 else 0.0
    steps = _steps(delay_s)
    if visible_steps(steps) < horizon:
        raise UserError(
            f"delay {delay_s:g} s: controller {controller!r} looks ahead {horizon * CONTROL_TIMESTEP_S:g} s, the delay "
            "must be so long or longer; or choose a controller that looks less far ahead"
        )
    return steps * CONTROL_TIMESTEP_S


def launched_delay_s(controller: str, delay_s: float | None = None) -> float:
    """`live_delay_s` for a launch file, which must not import the code of another package.

    Raises:
        UserError: As `live_delay_s`, or a controller of another package is launched without a delay.
    """
    if controller in OURS:
        return live_delay_s(controller, delay_s)
    check_name(controller)
    if delay_s is None:
        raise UserError(f"how far controller {controller!r} looks ahead is not known before it runs: give a delay in s")
    return _steps(delay_s) * CONTROL_TIMESTEP_S


def _steps(delay_s: float) -> int:
    if not (math.isfinite(delay_s) and 0 <= delay_s <= MAX_DELAY_S):
        raise UserError(f"delay {delay_s:g} s: it must be 0 to {MAX_DELAY_S:g} s")
    return round(delay_s * FRAMES_PER_SECOND)
