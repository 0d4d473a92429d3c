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

"""The modes of playing along with a keyboard."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from pianomime_policy.controllers.default_controller import DEFAULT_CONTROLLER


@dataclass(frozen=True)
class Mode:
    """A mode of playing along.

    Attributes:
        words: Description for users.
        controller: Default controller.
        delay_s: Default delay; None for the controller's lookahead.
    """

    words: str
    controller: str
    delay_s: float | None = None


MODES: Mapping[str, Mode] = MappingProxyType(
    {
        "echo": Mode("the robot plays what was played, a fixed time later", DEFAULT_CONTROLLER),
        "reactive": Mode("it plays along without delay, knowing only the keys that are held", "reactive", 0.0),
    }
)

HIGHEST_CHANNEL = 16
SEMITONES = 88
"""Maximum transposition up or down."""
