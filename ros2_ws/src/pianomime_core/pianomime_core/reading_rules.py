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

"""By which rules the events of a MIDI file become notes, and what a reading of a file gives."""

from enum import Enum
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:  # a launch file knows the rules by name, where numpy may be missing
    from pianomime_core.notes import Dropped, Note


class ReadingRules(Enum):
    """ROBOPIANIST: those of the benchmark, `robopianist_reading`. MUSICAL: as a pianist reads, `musical_reading`."""

    ROBOPIANIST = "robopianist"
    MUSICAL = "musical"


class Reading(NamedTuple):
    """The music of a file.

    Attributes:
        notes: In any order.
        sustain: Pedal events (time in seconds, down); those of equal times in order.
        dropped: Notes that are left out.
        changed: What else is not as the file says, and why; a phrase for each kind: "3 notes doubled within 30 ms,
            played once".
    """

    notes: "list[Note]"
    sustain: list[tuple[float, bool]]
    dropped: "Dropped"
    changed: tuple[str, ...] = ()
