"""Search and optimisation without learning: plays any score, and labels training data."""

from pianomime_policy.controllers.spec import ControllerSpec

_BUILDER = "pianomime_policy.controllers.planner.planner:build"
SPECS = (
    ControllerSpec("planner", _BUILDER, None, "sees the whole song", options={"horizon_steps": None}),
    ControllerSpec("streaming", _BUILDER, 40, "2 s ahead, as a live keyboard allows", options={"horizon_steps": 40}),
    ControllerSpec("streaming-1s", _BUILDER, 20, "1 s ahead", options={"horizon_steps": 20}),
)
