"""The planner, after trying the coming music on a model of the robot."""

from pianomime_policy.controllers.spec import ControllerSpec

_BUILDER = "pianomime_policy.controllers.foresight.foresight:Foresight"
SPECS = (
    ControllerSpec(
        "foresight",
        _BUILDER,
        40,
        "2 s ahead, with a simulator in the loop",
    ),
)
