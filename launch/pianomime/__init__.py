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

"""A robot pianist: two Shadow Hands that play MIDI files on a simulated piano. `import pianomime as pm` offers

| name | what |
|---|---|
| `load_song(path or name)` | notes in seconds, a `Score` of `Note`; names: `bundled_songs()` |
| `Simulator(scene)` | piano and hands: 46 targets, 54 joints in rad and m; `reset`, `step` -> `SimulatorState` |
| `SceneConfig(...)` | the robot: hand variant, collisions, gravity compensation |
| `make_controller(name)` | one of `controller_names()`; your own follows `Controller`: `Observation` in, `Action` out |
| `Setting` | for `load_song` and `make_controller`: `BENCHMARK`, frames of 50 ms, or `MUSICAL`, notes in time |
| `play_episode(simulator, controller, song)` | an `Episode`: `.score.f1` (0..1, a `ScoreCard`), `.rollout` |
| `Rollout` | all steps of an episode; `save(path)`, `load(path)` |
| `Demonstration` | fingertips and notes of a pianist, from `pianomime perceive`; `load(path)` |
| `piano_roll(song)` | the frames of a song every `CONTROL_TIMESTEP_S`: `PianoRoll`, goal (T, 88) |
| `score(goal, pressed)` | the `ScoreCard` of (T, 88) wanted and pressed keys |
| `UserError` | bad input: one line that names the bad value and the legal ones |

`import pianomime.gym` registers the Gymnasium environment `pianomime/Piano-v0`. Names are imported when they are first
used: launch files import this package under a python without NumPy.
"""

from typing import TYPE_CHECKING

from pianomime_core.lazy import lazy_module

if TYPE_CHECKING:
    from pianomime.api import *  # noqa: F403 (its __all__ is the only list of the names)
else:
    __getattr__, __dir__ = lazy_module(__name__, "pianomime.api")
