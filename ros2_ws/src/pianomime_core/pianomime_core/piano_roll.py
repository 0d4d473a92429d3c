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

"""A score as frames of 50 ms: the keys that are to be down at the end of each control step.

RoboPianist's rules (`robopianist.music.midi_file.NoteTrajectory`, `robopianist.music.piano_roll`): silence is trimmed
at both ends, a note covers every frame it touches and one at least, and in the frame in which a sounding key is
struck again it is left out, so that the key comes up for one step. A piece that ends exactly on the border of a frame
has one empty row at its end, as there. So is its arithmetic: times are trimmed before they become frames, so rounding
may move a note that lies on the border of two frames by one frame, identically here and there.
"""

import math
from collections.abc import Iterable
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from pianomime_core.keyboard import LOWEST_PITCH, NUM_KEYS
from pianomime_core.notes import USUAL_VELOCITY, Score
from pianomime_core.timing import FRAMES_PER_SECOND
from pianomime_core.visible_notes import VisibleNotes, visible_notes


def usual_velocity(goal: NDArray[np.bool_]) -> NDArray[np.uint8]:
    """Return the default MIDI velocity, (T, 88), for the keys of a goal (T, 88)."""
    return np.where(goal, np.uint8(USUAL_VELOCITY), np.uint8(0))


def no_velocity() -> NDArray[np.uint8]:
    """Return no rows, for a piano roll without velocities."""
    return np.zeros((0, NUM_KEYS), dtype=np.uint8)


@dataclass(frozen=True)
class PianoRoll:
    """What is to be played.

    Attributes:
        goal: (T, 88) bool, keys that are to be down at the end of each control step, bass first.
        sustain: (T,) bool, whether the sustain pedal is to be down.
        velocity: (T, 88) uint8, MIDI velocity 1..127 with which each key of the goal was last struck, 0 for all
            others; without rows, all are `usual_velocity`.
        notes: The notes that the frames round; None if only the frames are known.
    """

    goal: NDArray[np.bool_]
    sustain: NDArray[np.bool_]
    velocity: NDArray[np.uint8] = field(default_factory=no_velocity)
    notes: VisibleNotes | None = None

    def __post_init__(self) -> None:
        if not len(self.velocity):
            object.__setattr__(self, "velocity", usual_velocity(self.goal))

    def __len__(self) -> int:
        return len(self.goal)


@dataclass(frozen=True)
class Span:
    """One note in frames: `key` 0..87 sounds in frames start..end-1 and is struck in frame `start` with `velocity`."""

    key: int
    start: int
    end: int
    velocity: int = USUAL_VELOCITY


def note_span(pitch: int, onset_s: float, offset_s: float, velocity: int = USUAL_VELOCITY) -> Span:
    """Return the frames a note touches, one at least; times count from the border of frame 0."""
    start = frame_of(onset_s)
    return Span(pitch - LOWEST_PITCH, start, max(start + 1, math.ceil(offset_s * FRAMES_PER_SECOND)), velocity)


def frame_of(time_s: float) -> int:
    """Return the frame that contains a time >= 0."""
    return int(time_s * FRAMES_PER_SECOND)


def rasterize(spans: Iterable[Span], first_frame: int, num_frames: int) -> NDArray[np.bool_]:
    """Return frames first_frame .. first_frame + num_frames - 1 of a set of notes, (num_frames, 88) bool."""
    # Row 0 is the previous frame, which decides whether a key is repeated.
    origin = first_frame - 1
    rows = num_frames + 1
    # However long a note is, only its two ends are written.
    found = np.array([(span.key, span.start - origin, span.end - origin) for span in spans], dtype=np.int64)
    keys, starts, ends = found.reshape(-1, 3).T
    change = np.zeros((rows + 1, NUM_KEYS), dtype=np.int32)
    np.add.at(change, (starts.clip(0, rows), keys), 1)
    np.subtract.at(change, (ends.clip(0, rows), keys), 1)
    struck = np.zeros((rows, NUM_KEYS), dtype=bool)
    in_range = (starts >= 0) & (starts < rows)
    struck[starts[in_range], keys[in_range]] = True
    sounding = np.cumsum(change[:-1], axis=0, out=change[:-1]) > 0
    goal: NDArray[np.bool_] = sounding[1:] & ~(struck[1:] & sounding[:-1])
    return goal


def rasterize_velocity(spans: Iterable[Span], first_frame: int, goal: NDArray[np.bool_]) -> NDArray[np.uint8]:
    """Return the velocity with which each key of `goal` (n, 88) was last struck, (n, 88) uint8, 0 for other keys.

    Args:
        spans: The notes of the goal.
        first_frame: First frame of the goal.
        goal: The spans as `rasterize` returns them.
    """
    velocity = np.zeros(goal.shape, dtype=np.uint8)
    # A strike counts until the next one, even if the earlier note ends later; of two in one frame, the louder counts.
    # Processed backwards, so that each frame is written once.
    until = [len(goal)] * NUM_KEYS
    for span in sorted(spans, key=lambda span: (span.start, span.velocity), reverse=True):
        start = max(span.start - first_frame, 0)
        if start < until[span.key]:
            velocity[start : until[span.key], span.key] = span.velocity
            until[span.key] = start
    velocity[~goal] = 0
    return velocity


def rasterize_sustain(
    events: Iterable[tuple[int, bool]], first_frame: int, num_frames: int, *, down_before: bool = False
) -> NDArray[np.bool_]:
    """Return the pedal of a range of frames, (num_frames,) bool, from (frame, down) in order of time; the last wins."""
    sustain = np.full(num_frames, down_before)
    until = num_frames
    for frame, down in reversed(list(events)):
        start = max(frame - first_frame, 0)
        if start < until:
            sustain[start:until] = down
            until = start
    return sustain


def pedal_rows(pedal_s: NDArray[np.float64], first_frame: int, num_frames: int) -> NDArray[np.bool_]:
    """Return the pedal at the ends of a range of frames, (num_frames,) bool, from `VisibleNotes.pedal_s` (P, 2)."""
    moves = np.floor(pedal_s * FRAMES_PER_SECOND).ravel()
    frame = first_frame + np.arange(num_frames)
    sustain: NDArray[np.bool_] = np.searchsorted(moves, frame, side="right") % 2 == 1
    return sustain


def trim_silence(score: Score) -> Score:
    """Shift a score so that its first onset is at 0 and drop pedal events after its last offset.

    The last pedal event up to the first onset holds from time 0 (`note_seq.sequences_lib.extract_subsequence`).

    Raises:
        ValueError: The score has no notes.
    """
    if not score.notes:
        raise ValueError("a score without notes has no beginning")
    start_s, end_s = score.start_s, score.end_s
    before = [(0.0, down) for time_s, down in score.sustain if time_s <= start_s]
    during = [(time_s - start_s, down) for time_s, down in score.sustain if start_s < time_s < end_s]
    return replace(score.later(-start_s), sustain=(*before[-1:], *during))


def piano_roll(score: Score, *, trim: bool = True) -> PianoRoll:
    """Return the frames of a score, by default trimmed of silence at both ends; otherwise frame 0 begins at time 0.

    Raises:
        ValueError: The score has no notes.
    """
    if trim:
        score = trim_silence(score)
    num_frames = int(score.end_s * FRAMES_PER_SECOND + 1)
    spans = [note_span(note.pitch, note.onset_s, note.offset_s, note.velocity) for note in score.notes]
    # A pedal that is still down comes up with the last frame.
    end_s = num_frames / FRAMES_PER_SECOND
    pedal = [*(event for event in score.sustain if event[0] < end_s), (end_s, False)]
    goal = rasterize(spans, 0, num_frames)
    sustain = rasterize_sustain(((frame_of(time_s), down) for time_s, down in pedal), 0, num_frames)
    return PianoRoll(goal, sustain, rasterize_velocity(spans, 0, goal), visible_notes(score.notes, pedal))
