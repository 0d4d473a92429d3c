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

"""`import pianomime.gym` registers the Gymnasium environment `pianomime/Piano-v0`, a `PianoEnv`.

import gymnasium
import pianomime.gym

env = gymnasium.make("pianomime/Piano-v0", song="twinkle", nominal="planner")
"""

from pianomime_core.extras import missing_extra

try:
    import gymnasium
except ImportError as error:
    raise ImportError(missing_extra("pianomime.gym", "gymnasium", "gym")) from error

from pianomime.gym.env import PianoEnv
from pianomime.gym.rewards import PIANOMIME, ROBOPIANIST, RewardConfig

__all__ = ["PIANOMIME", "ROBOPIANIST", "PianoEnv", "RewardConfig"]

gymnasium.register("pianomime/Piano-v0", entry_point="pianomime.gym.env:PianoEnv")
