"""The frozen policy: networks in place of the planner's search and solver."""

from pianomime_policy.controllers.spec import ControllerSpec

_BUILDER = "pianomime_policy.controllers.generalist.generalist:Generalist"
SPECS = (
    ControllerSpec("onnx", _BUILDER, 40, "trained networks, 2 s ahead", "model", {"horizon_steps": 40}),
    ControllerSpec("onnx-1s", _BUILDER, 20, "1 s ahead", "model", {"horizon_steps": 20}),
)
