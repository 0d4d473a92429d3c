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

"""What `import pianomime as pm` offers: a song, a simulator, a controller, and an episode of the three.

import pianomime as pm

song = pm.load_song("twinkle")
simulator = pm.Simulator()
controller = pm.make_controller("planner")
result = pm.play_episode(simulator, controller, song)
print(f"F1 {result.score.f1:.3f}")
result.rollout.save("twinkle.npz")
"""

from dataclasses import dataclass
from pathlib import Path

from pianomime.episodes import episode
from pianomime.files.models import model_folder
from pianomime.files.shared_files import bundled_songs, find_song
from pianomime_core import song_file
from pianomime_core.demonstration import Demonstration
from pianomime_core.errors import UserError
from pianomime_core.metrics import ScoreCard, score
from pianomime_core.notes import Note, Score
from pianomime_core.piano_roll import PianoRoll, piano_roll
from pianomime_core.rollout import Rollout
from pianomime_core.setting import Setting
from pianomime_core.timing import CONTROL_TIMESTEP_S
from pianomime_description.variant import SceneConfig
from pianomime_physics.simulator import Simulator, SimulatorState
from pianomime_policy.controllers import registry
from pianomime_policy.controllers.controller import Action, Controller, Observation
from pianomime_policy.controllers.default_controller import DEFAULT_CONTROLLER
from pianomime_policy.controllers.specs import controller_names

__all__ = [
    "CONTROL_TIMESTEP_S",
    "Action",
    "Controller",
    "Demonstration",
    "Episode",
    "Note",
    "Observation",
    "PianoRoll",
    "Rollout",
    "SceneConfig",
    "Score",
    "ScoreCard",
    "Setting",
    "Simulator",
    "SimulatorState",
    "UserError",
    "bundled_songs",
    "controller_names",
    "load_song",
    "make_controller",
    "piano_roll",
    "play_episode",
    "score",
]


@dataclass(frozen=True)
class Episode:
    """How a song was played.

    Attributes:
        score: Precision, recall and F1, each 0..1, of frames, note-frames and onsets.
        rollout: Goal, targets and pressed keys of every control step; `rollout.save(path)` writes the npz file that
            `pianomime plot`, `video`, `sound` and `replay` read.
    """

    score: ScoreCard
    rollout: Rollout


def load_song(song: str | Path, setting: Setting = Setting.BENCHMARK) -> Score:
    """Read the notes of a MIDI file, of a demonstration (.npz) or of a bundled song.

    Args:
        song: Path, or one of the names in `bundled_songs()`.
        setting: By whose rules a MIDI file is read: RoboPianist's, or in `Setting.MUSICAL` a pianist's.

    Returns:
        Notes and pedal in seconds; `dropped` and `remarks` say what of the file is not in them.

    Raises:
        UserError: There is no such file or bundled song, or the file is damaged.
    """
    return song_file.load_song(find_song(str(song)), rules=setting.reading)


def make_controller(
    name: str = DEFAULT_CONTROLLER,
    scene: SceneConfig | None = None,
    model: str | Path | None = None,
    setting: Setting = Setting.BENCHMARK,
) -> Controller:
    """Return a new controller. The first of its kind on a machine is compiled, which may take a minute.

    Args:
        name: One of `controller_names()`, or `module:Class`.
        scene: The robot, as for `Simulator`; None for the benchmark's.
        model: Folder of networks for "onnx" and "onnx-1s", None for the bundled one; demonstration for "demo".
        setting: `Setting.MUSICAL` plays notes in time, with targets 10 ms apart.

    Raises:
        UserError: The name is unknown, or the model does not fit it.
    """
    folder = model_folder(name, None if model is None else Path(model))
    return registry.make_controller(name, scene or SceneConfig(), folder, setting)


def play_episode(
    simulator: Simulator,
    controller: Controller,
    song: Score | PianoRoll,
    on_step: episode.OnStep | None = None,
    controller_name: str = "",
) -> Episode:
    """Play a song from its first to its last control step (50 ms); deterministic, faster than real time.

    Args:
        simulator: The piano and the hands; is reset to where the controller begins.
        controller: From `make_controller`, or any object with the attributes of `Controller`.
        song: Notes, or their frames (T, 88) from `piano_roll`.
        on_step: Called with the index of the step and the state at its end; True ends the episode there.
        controller_name: For the rollout's metadata; its class's name by default.

    Raises:
        UserError: The controller was made for other hands than the simulator's.
        ValueError: The song has no notes.
    """
    roll = song if isinstance(song, PianoRoll) else piano_roll(song)
    rollout = episode.play_episode(simulator, controller, roll, on_step, controller_name or type(controller).__name__)
    return Episode(score(*rollout.frames()), rollout)
