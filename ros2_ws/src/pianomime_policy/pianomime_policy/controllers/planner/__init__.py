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

"""Search and optimisation without learning: plays any score, and labels training data."""

from pianomime_policy.controllers.spec import ControllerSpec

_BUILDER = "pianomime_policy.controllers.planner.musical_planner:build"
SPECS = tuple(
    ControllerSpec(
        name,
        _BUILDER,
        horizon_steps,
        description,
        options={"horizon_steps": horizon_steps},
        settings=("benchmark", "musical"),
    )
    for name, horizon_steps, description in (
        ("planner", None, "sees the whole song"),
        ("streaming", 40, "2 s ahead, as a live keyboard allows"),
        ("streaming-1s", 20, "1 s ahead"),
    )
)
