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

"""Songs played in the simulator: scoring, viewers, sound and recording. The names below are imported on first use."""

from typing import TYPE_CHECKING

import pianomime_core.parent  # noqa: F401 (remembers who started us, before anything slow is imported)
from pianomime_core.lazy import lazy_names

__all__ = ["VIEWERS", "PianoSynth", "Scoreboard", "Snapshot", "Viewer", "open_viewer", "sound_of"]

if TYPE_CHECKING:
    from pianomime_sim.scoreboard import Scoreboard
    from pianomime_sim.sound.rendering import sound_of
    from pianomime_sim.sound.synth import PianoSynth
    from pianomime_sim.viewers import VIEWERS, Snapshot, Viewer, open_viewer
else:
    __getattr__, __dir__ = lazy_names(
        __name__,
        {
            "pianomime_sim.scoreboard": ("Scoreboard",),
            "pianomime_sim.sound.rendering": ("sound_of",),
            "pianomime_sim.sound.synth": ("PianoSynth",),
            "pianomime_sim.viewers": ("VIEWERS", "Snapshot", "Viewer", "open_viewer"),
        },
    )
