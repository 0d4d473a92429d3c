"""Who plays: controllers, and the nodes that ask them. Names below are imported when they are first used."""

from typing import TYPE_CHECKING

import pianomime_core.parent  # noqa: F401 (remembers who started us, before anything slow is imported)
from pianomime_core.lazy import lazy_names

__all__ = [
    "CONTROLLERS",
    "DEFAULT_CONTROLLER",
    "HORIZON_STEPS",
    "Controller",
    "FeedbackReplay",
    "Observation",
    "Pedals",
    "RefineConfig",
    "Refinement",
    "make_controller",
]

if TYPE_CHECKING:
    from pianomime_policy.controllers.controller import Controller, Observation, Pedals
    from pianomime_policy.controllers.controller_names import CONTROLLERS, HORIZON_STEPS
    from pianomime_policy.controllers.default_controller import DEFAULT_CONTROLLER
    from pianomime_policy.controllers.registry import make_controller
    from pianomime_policy.controllers.replay.feedback_replay import FeedbackReplay
    from pianomime_policy.model_search.refinement import RefineConfig, Refinement
else:
    __getattr__, __dir__ = lazy_names(
        __name__,
        {
            "pianomime_policy.controllers.controller": ("Controller", "Observation", "Pedals"),
            "pianomime_policy.controllers.controller_names": ("CONTROLLERS", "HORIZON_STEPS"),
            "pianomime_policy.controllers.default_controller": ("DEFAULT_CONTROLLER",),
            "pianomime_policy.controllers.registry": ("make_controller",),
            "pianomime_policy.controllers.replay.feedback_replay": ("FeedbackReplay",),
            "pianomime_policy.model_search.refinement": ("RefineConfig", "Refinement"),
        },
    )
