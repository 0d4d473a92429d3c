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
