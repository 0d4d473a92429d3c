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

"""How far ahead a controller sees live music, given the delay."""

MAX_HORIZON_STEPS = 40
REPEATED_STEPS = 4
"""Rows that repeat the keys held now, so that a reader that misses a window still has a goal."""


def visible_steps(delay_steps: int) -> int:
    """Return how many rows of a window are known with a delay; without delay, a few rows that repeat the first."""
    return min(delay_steps, MAX_HORIZON_STEPS) or REPEATED_STEPS
