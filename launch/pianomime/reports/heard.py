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

"""What is heard of a performance: its scores against the music as written, and its stray strikes."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from typing import Any

import numpy as np

from pianomime.episodes.listener import Listener
from pianomime.episodes.replay import replayed_states
from pianomime.reports.note_scores import NoteScores, note_scores
from pianomime.reports.stray_strikes import StrayStrike
from pianomime.terminal import tracked
from pianomime_core.notes import Score
from pianomime_core.rollout import Rollout
from pianomime_description.variant import SceneConfig
from pianomime_physics.observed_simulator import ObservedSimulator


@dataclass(frozen=True)
class Heard:
    """What is heard.

    Attributes:
        scores: Strikes against notes as written.
        strays: Strikes that are no note.
    """

    scores: NoteScores
    strays: tuple[StrayStrike, ...]

    @classmethod
    def of(cls, written: Score, rollout: Rollout, listener: Listener) -> "Heard":
        """Score a performance of the music, or of its beginning.

        Args:
            written: Begins with step 0 of the rollout.
            rollout: What was played.
            listener: Has heard it.
        """
        return cls(*note_scores(begun(written, rollout.duration_s), listener.heard(rollout)))

    def as_dict(self) -> dict[str, Any]:
        """Return scores by name and `stray_strikes`, ready for JSON."""
        return {**self.scores.as_dict(), **self.strays_as_dict()}

    def strays_as_dict(self) -> Mapping[str, Any]:
        """Return `stray_strikes`, each with time_s, key and cause."""
        return {"stray_strikes": [asdict(stray) for stray in self.strays]}


def begun(score: Score, end_s: float) -> Score:
    """Return the notes that begin before `end_s`, until then."""
    notes = (replace(note, offset_s=min(note.offset_s, end_s)) for note in score.notes if note.onset_s < end_s)
    return replace(score, notes=tuple(notes), sustain=tuple(event for event in score.sustain if event[0] < end_s))


def heard_again(written: Score, rollout: Rollout, scene: SceneConfig) -> Heard | None:
    """Return what is heard of a rollout, in a replay; None if that presses other keys. See `Heard.of`.

    Raises:
        UserError: The rollout is of another robot than the scene's.
    """
    listener = Listener()
    states = replayed_states(rollout, ObservedSimulator(listener.observe, scene))
    next(states)
    pressed = np.array([state.key_pressed for state in tracked(states, "listening", len(rollout.targets))])
    return Heard.of(written, rollout, listener) if np.array_equal(pressed, rollout.pressed) else None
