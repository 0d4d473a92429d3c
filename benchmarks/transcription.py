"""How well rendered songs are transcribed back into notes: `python -m benchmarks.transcription`.

Each song is played by the bundled soundfont, transcribed, and compared by mir_eval: onsets count within 50 ms; where
offsets count, within 50 ms or a fifth of the note.
"""

import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

import mir_eval
import numpy as np
import tyro
from numpy.typing import NDArray

from pianomime.files.songs import bundled_songs, find_song
from pianomime_core.errors import UserError
from pianomime_core.midi_score import load_midi
from pianomime_core.notes import Score
from pianomime_perception.transcription import transcribe
from pianomime_sim.sound.rendering import sound_of, write_wave
from pianomime_sim.sound.synth import PianoSynth

GOAL_ONSET_F1 = 0.95


@dataclass(frozen=True)
class TranscriptionOptions:
    """Render, transcribe and compare songs; print a row for each as Markdown.

    Attributes:
        songs: Names of bundled songs, or MIDI files; by default all bundled songs.
    """

    songs: tuple[str, ...] = ()


@dataclass(frozen=True)
class TranscriptionResult:
    """Numbers of notes played and transcribed, and how well they agree (F1 of onsets; of onsets and offsets)."""

    played: int
    transcribed: int
    onset_f1: float
    offset_f1: float


def compare(played: Score, transcribed: Score) -> TranscriptionResult:
    """Return how well the notes of two scores agree, by mir_eval's rules and tolerances."""
    arrays = (*_intervals_and_hz(played), *_intervals_and_hz(transcribed))
    f1 = {
        ratio: mir_eval.transcription.precision_recall_f1_overlap(*arrays, offset_ratio=ratio)[2]
        for ratio in (None, 0.2)
    }
    return TranscriptionResult(len(played.notes), len(transcribed.notes), f1[None], f1[0.2])


def transcribe_rendering(played: Score) -> Score:
    """Return the notes transcribed from a score rendered with the bundled soundfont."""
    with tempfile.TemporaryDirectory(prefix="pianomime-") as folder:
        wave = Path(folder) / "song.wav"
        write_wave(sound_of(played, PianoSynth(), played.end_s), wave)
        return transcribe(wave)


def run(options: TranscriptionOptions) -> int:
    """Return 0 if the onset F1 of every song reaches the goal, 1 otherwise.

    Raises:
        UserError: No such song, or the transcriber is not installed.
    """
    worst = 1.0
    print("| song | length s | notes | transcribed | onset F1 | with offsets | CPU seconds per second of music |")
    print("|---|---|---|---|---|---|---|")
    for name in options.songs or bundled_songs():
        played = load_midi(find_song(name))
        began = time.process_time()
        result = compare(played, transcribe_rendering(played))
        cost = (time.process_time() - began) / played.end_s
        print(
            f"| {played.title} | {played.end_s:.0f} | {result.played} | {result.transcribed} | {result.onset_f1:.3f} "
            f"| {result.offset_f1:.3f} | {cost:.1f} |",
            flush=True,
        )
        worst = min(worst, result.onset_f1)
    return 0 if worst >= GOAL_ONSET_F1 else 1


def _intervals_and_hz(score: Score) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    intervals = np.array([(note.onset_s, note.offset_s) for note in score.notes])
    return intervals, mir_eval.util.midi_to_hz(np.array([note.pitch for note in score.notes]))


if __name__ == "__main__":
    try:
        sys.exit(run(tyro.cli(TranscriptionOptions)))
    except UserError as error:
        print(error, file=sys.stderr)
        sys.exit(2)
