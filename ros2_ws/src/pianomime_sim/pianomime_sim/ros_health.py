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

"""The health of a performance, as the simulator reports it on /diagnostics."""

from pianomime_core import ros_topics as topics
from pianomime_core.ros_diagnostics import Health
from pianomime_sim.playback import Playback
from pianomime_sim.scoreboard import Scoreboard


def waiting(refused: int, conflicts: tuple[str, ...] = ()) -> Health:
    """Return the health before playback: the number of refused messages, and conflicting publishers."""
    text = f"waiting for {topics.SONG} and {topics.START}"
    return Health(values={"refused_messages": refused}, text=text, warnings=_refused(refused) + conflicts)


def playing(board: Scoreboard, playback: Playback, refused: int, conflicts: tuple[str, ...] = ()) -> Health:
    """Return the health during playback: late, held, lifted, slowed and refused commands, conflicts, and timings."""
    missed, speed = len(playback.missed_steps), playback.speed_limit
    values = {
        "missed_deadlines": missed,
        "lifted_steps": playback.lifted_steps,
        "stale_s": playback.stale_s,
        "limited_steps": speed.limited_steps,
        "refused_messages": refused,
    }
    warnings = _refused(refused) + conflicts
    if missed:
        warnings += (f"{missed} missed deadlines",)
    if speed.limited_steps:
        warnings += (f"{speed.limited_steps} commands too fast, the last for {', '.join(speed.limited)}",)
    if playback.stale_s:
        warnings += (f"no command for {playback.stale_s:.2f} s: hands {'lifted' if playback.lifting else 'held'}",)
    return Health(board.played, values | playback.times_ms(), "playing", warnings)


def _refused(count: int) -> tuple[str, ...]:
    return (f"{count} messages refused",) if count else ()
