"""The delay between keyboard and robot: at least the controller's lookahead."""

import math

from pianomime_core.errors import UserError
from pianomime_core.live_window import visible_steps
from pianomime_core.timing import CONTROL_TIMESTEP_S, FRAMES_PER_SECOND
from pianomime_policy.controllers.specs import OURS, spec_of

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
    if not (math.isfinite(delay_s) and 0 <= delay_s <= MAX_DELAY_S):
        raise UserError(f"delay {delay_s:g} s: it must be 0 to {MAX_DELAY_S:g} s")
    steps = round(delay_s * FRAMES_PER_SECOND)
    if visible_steps(steps) < horizon:
        raise UserError(
            f"delay {delay_s:g} s: controller {controller!r} looks ahead {horizon * CONTROL_TIMESTEP_S:g} s, the delay "
            "must be so long or longer; or choose a controller that looks less far ahead"
        )
    return steps * CONTROL_TIMESTEP_S
