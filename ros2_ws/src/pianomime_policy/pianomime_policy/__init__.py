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

"""Controllers, and the ROS nodes that run them. The names below are imported on first use."""

from typing import TYPE_CHECKING

import pianomime_core.parent  # noqa: F401 (records the parent process before anything slow is imported)
from pianomime_core.lazy import lazy_names

__all__ = [
    "DEFAULT_CONTROLLER",
    "Action",
    "Controller",
    "ControllerSpec",
    "FeedbackReplay",
    "MusicalRefineConfig",
    "MusicalRefinement",
    "Observation",
    "RefineConfig",
    "Refinement",
    "controller_names",
    "make_controller",
]

if TYPE_CHECKING:
    from pianomime_policy.controllers.controller import Action, Controller, Observation
    from pianomime_policy.controllers.default_controller import DEFAULT_CONTROLLER
    from pianomime_policy.controllers.registry import make_controller
    from pianomime_policy.controllers.replay.feedback_replay import FeedbackReplay
    from pianomime_policy.controllers.spec import ControllerSpec
    from pianomime_policy.controllers.specs import controller_names
    from pianomime_policy.model_search.musical_refinement import MusicalRefineConfig, MusicalRefinement
    from pianomime_policy.model_search.refinement import RefineConfig, Refinement
else:
    __getattr__, __dir__ = lazy_names(
        __name__,
        {
            "pianomime_policy.controllers.controller": ("Action", "Controller", "Observation"),
            "pianomime_policy.controllers.spec": ("ControllerSpec",),
            "pianomime_policy.controllers.specs": ("controller_names",),
            "pianomime_policy.controllers.default_controller": ("DEFAULT_CONTROLLER",),
            "pianomime_policy.controllers.registry": ("make_controller",),
            "pianomime_policy.controllers.replay.feedback_replay": ("FeedbackReplay",),
            "pianomime_policy.model_search.musical_refinement": ("MusicalRefineConfig", "MusicalRefinement"),
            "pianomime_policy.model_search.refinement": ("RefineConfig", "Refinement"),
        },
    )
