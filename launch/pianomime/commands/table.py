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

"""The table of commands, in the order of `pianomime --help`."""

from pianomime.commands import (
    diagnose,
    doctor,
    evaluate,
    follow,
    live,
    perceive,
    play,
    plot,
    refine,
    replay,
    sound,
    transcribe,
    urdf,
    video,
)
from pianomime.commands.command import Command

COMMANDS: tuple[Command, ...] = tuple(
    module.COMMAND
    for module in (
        *(play, live, follow, evaluate, diagnose, refine, replay),
        *(sound, plot, video, perceive, transcribe, urdf, doctor),
    )
)
