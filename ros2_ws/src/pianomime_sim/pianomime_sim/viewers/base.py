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

"""The data that viewers show, and the interface of every viewer."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol, runtime_checkable

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True)
class Snapshot:
    """One 20 Hz state of the performance.

    Attributes:
        time_s: Simulated time of the state.
        joint_positions: (54,) or (52,) hand joints in the order of `pianomime_core.hands.joint_names`, rad and m.
        key_angles: (88,) rad.
        pressed: (88,) bool, keys that count as pressed in this state.
        wanted: (88,) bool, the row of the goal that `pressed` is scored against.
        coming: (H, 88) bool, the following rows of the goal; H may be 0.
        score: Current values by name; those in SCORE_ROWS are shown.
    """

    time_s: float
    joint_positions: NDArray[np.float64]
    key_angles: NDArray[np.float64]
    pressed: NDArray[np.bool_]
    wanted: NDArray[np.bool_]
    coming: NDArray[np.bool_]
    score: Mapping[str, float] = field(default_factory=dict)


class Viewer(Protocol):
    """Shows snapshots; never steps physics and never blocks the caller: frames it cannot draw in time are dropped."""

    @property
    def is_open(self) -> bool:
        """False once the user or the program has closed the viewer."""
        ...

    def update(self, snapshot: Snapshot) -> None:
        """Show this state next."""
        ...

    def close(self) -> None:
        """Close the viewer; may be called twice."""
        ...


@dataclass(frozen=True)
class PlaybackStatus:
    """Status of playback.

    Attributes:
        paused: Whether playback is paused.
        speed: Fraction of full speed; None if it cannot be changed.
    """

    paused: bool
    speed: float | None


class PlaybackCommands(Protocol):
    """Commands behind a viewer's buttons; none of them blocks, and they may be called from any thread."""

    def pause(self, paused: bool) -> None:
        """Pause or resume."""
        ...

    def restart(self) -> None:
        """Play the song from its beginning."""
        ...

    def set_speed(self, speed: float) -> None:
        """Play at this fraction of full speed."""
        ...


@runtime_checkable
class HasButtons(Protocol):
    """Interface of viewers with buttons to pause, restart and slow down playback, in addition to `Viewer`."""

    def connect(self, commands: PlaybackCommands) -> None:
        """Connect the buttons to these commands."""
        ...

    def show_playback_status(self, status: PlaybackStatus) -> None:
        """Show the controls for this status; before the first call none are shown."""
        ...


SCORE_ROWS = (
    ("f1", "F1"),
    ("precision", "Precision"),
    ("recall", "Recall"),
    ("onset_f1", "Onset F1"),
    ("do_nothing_f1", "F1, doing nothing"),
    ("pedal_f1", "Pedal F1"),
    ("missed_deadlines", "Missed deadlines"),
    ("policy_p50_ms", "Controller (median)"),
    ("latency_p50_ms", "Latency (median)"),
    ("latency_p99_ms", "Latency (p99)"),
)
"""Values of a snapshot's score that viewers show, in this order, with their labels."""


def score_lines(snapshot: Snapshot) -> list[tuple[str, str]]:
    """Return (label, value) pairs: the song time, then each known value of the score."""
    minutes, seconds = divmod(max(snapshot.time_s, 0.0), 60.0)
    lines = [("Song time", f"{int(minutes)}:{seconds:04.1f}")]
    for name, words in SCORE_ROWS:
        if name in snapshot.score:
            figure = snapshot.score[name]
            lines.append((words, _in_words(name, figure)))
    return lines


def _in_words(name: str, figure: float) -> str:
    if name.endswith("_ms"):
        return f"{figure:.1f} ms"
    return f"{figure:.0f}" if name == "missed_deadlines" else f"{figure:.3f}"
