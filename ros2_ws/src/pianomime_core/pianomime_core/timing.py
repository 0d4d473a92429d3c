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

"""The two time steps of the benchmark (robopianist.suite.tasks.base, PianoMime section 3)."""

CONTROL_TIMESTEP_S = 0.05
"""Duration of one action, one row of the piano roll, one scored frame."""

PHYSICS_TIMESTEP_S = 0.005

PHYSICS_STEPS_PER_CONTROL_STEP = round(CONTROL_TIMESTEP_S / PHYSICS_TIMESTEP_S)

FRAMES_PER_SECOND = 1 / CONTROL_TIMESTEP_S
"""Rows of a piano roll per second, computed as RoboPianist does (1 / dt)."""
