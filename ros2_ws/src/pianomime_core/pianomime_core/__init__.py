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

"""Notes, goals, names, metrics and recordings of the robot pianist: numpy, no simulator; only `ros_*` files use ROS.

Names below are imported when they are first used. `piano_roll` and `goal_window` are modules, and the functions in
them: `from pianomime_core.piano_roll import piano_roll`.
"""

from typing import TYPE_CHECKING

from pianomime_core.lazy import lazy_names

__all__ = [
    "CONTROL_TIMESTEP_S",
    "KEYBOARD",
    "KEY_NAMES",
    "NUM_KEYS",
    "PHYSICS_TIMESTEP_S",
    "Demonstration",
    "GoalRows",
    "Note",
    "NoteEvent",
    "PianoRoll",
    "ReadingRules",
    "Rollout",
    "RunningScore",
    "Score",
    "ScoreCard",
    "StreamingGoal",
    "UnsafeError",
    "UserError",
    "joint_names",
    "load_midi",
    "load_song",
    "roll_window",
    "save_midi",
    "score",
    "target_names",
]

if TYPE_CHECKING:
    from pianomime_core.demonstration import Demonstration
    from pianomime_core.errors import UnsafeError, UserError
    from pianomime_core.goal_window import GoalRows, NoteEvent, StreamingGoal, roll_window
    from pianomime_core.hands import joint_names, target_names
    from pianomime_core.keyboard import KEY_NAMES, KEYBOARD, NUM_KEYS
    from pianomime_core.metrics import RunningScore, ScoreCard, score
    from pianomime_core.midi_score import load_midi, save_midi
    from pianomime_core.notes import Note, Score
    from pianomime_core.piano_roll import PianoRoll
    from pianomime_core.reading_rules import ReadingRules
    from pianomime_core.rollout import Rollout
    from pianomime_core.song_file import load_song
    from pianomime_core.timing import CONTROL_TIMESTEP_S, PHYSICS_TIMESTEP_S
else:
    __getattr__, __dir__ = lazy_names(
        __name__,
        {
            "pianomime_core.demonstration": ("Demonstration",),
            "pianomime_core.errors": ("UnsafeError", "UserError"),
            "pianomime_core.goal_window": ("GoalRows", "NoteEvent", "StreamingGoal", "roll_window"),
            "pianomime_core.hands": ("joint_names", "target_names"),
            "pianomime_core.keyboard": ("KEY_NAMES", "KEYBOARD", "NUM_KEYS"),
            "pianomime_core.metrics": ("RunningScore", "ScoreCard", "score"),
            "pianomime_core.midi_score": ("load_midi", "save_midi"),
            "pianomime_core.notes": ("Note", "Score"),
            "pianomime_core.piano_roll": ("PianoRoll",),
            "pianomime_core.reading_rules": ("ReadingRules",),
            "pianomime_core.rollout": ("Rollout",),
            "pianomime_core.song_file": ("load_song",),
            "pianomime_core.timing": ("CONTROL_TIMESTEP_S", "PHYSICS_TIMESTEP_S"),
        },
    )
