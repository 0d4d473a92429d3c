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

"""Notes as they sound: a key that is let go while the sustain pedal is down rings on."""

from bisect import bisect_right
from dataclasses import replace

from pianomime_core.notes import Note, Score


def sounding_notes(score: Score) -> list[Note]:
    """Return the notes, in their order, each as long as it sounds: until the pedal comes up if it is down when the key
    is let go, or until the same key is struck again. A pedal that never comes up does so with the last note or pedal
    event."""
    end_s = max([score.end_s, *(time_s for time_s, _ in score.sustain)]) if score.notes else 0.0
    times_s = [time_s for time_s, _ in score.sustain]
    onsets_s: dict[int, list[float]] = {}
    for onset_s, pitch in sorted((note.onset_s, note.pitch) for note in score.notes):
        onsets_s.setdefault(pitch, []).append(onset_s)

    def end_of(note: Note) -> float:
        last = bisect_right(times_s, note.offset_s) - 1  # what the pedal did last before the key was let go
        if last < 0 or not score.sustain[last][1]:
            return note.offset_s
        up_s = next((time_s for time_s, down in score.sustain[last:] if not down), end_s)
        own = onsets_s[note.pitch]
        again = bisect_right(own, note.onset_s)
        struck_s = own[again] if again < len(own) else up_s
        return max(note.offset_s, min(up_s, struck_s))

    return [replace(note, offset_s=end_of(note)) for note in score.notes]
