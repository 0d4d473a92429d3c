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

"""The two settings in which the robot plays: the published benchmark, and music in time."""

from enum import StrEnum

from pianomime_core.errors import unknown_value
from pianomime_core.reading_rules import ReadingRules


class Setting(StrEnum):
    """How music is read and played.

    BENCHMARK: RoboPianist's reading, goals in frames of 50 ms, one target for each control step: what papers report.
    MUSICAL: Notes as written, in time to the tick, and several targets in each control step.
    """

    BENCHMARK = "benchmark"
    MUSICAL = "musical"

    @property
    def reading(self) -> ReadingRules:
        """The rules by which files are read."""
        return ReadingRules.MUSICAL if self is Setting.MUSICAL else ReadingRules.ROBOPIANIST


DESCRIPTION = "How music is read and played: as in the published benchmark, or in time as written"


def setting(name: str) -> Setting:
    """Return the setting of a name.

    Raises:
        UserError: There is none; the message names the legal ones.
    """
    if name not in tuple(Setting):
        raise unknown_value("setting", name, tuple(Setting))
    return Setting(name)
