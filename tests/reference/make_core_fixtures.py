"""Write the fixtures of tests/unit/core with RoboPianist's code: piano rolls of MIDI files made here, and its metric.

    .venv-reference/bin/python tests/reference/make_core_fixtures.py

Silence is trimmed with RoboPianist's function, but at the earliest onset and latest offset: its caller takes the first
and last note in file order, which loses music in files where these differ.
"""

import io
import sys
import tempfile
import types
from collections.abc import Iterator
from pathlib import Path

import mido
import numpy as np
from mido import Message, MetaMessage, MidiFile, MidiTrack
from numpy.typing import NDArray

# RoboPianist imports its audio player with its songs, and that needs two system libraries.
for _name in ("pyaudio", "fluidsynth"):
    sys.modules.setdefault(_name, types.ModuleType(_name))

from note_seq import sequences_lib  # noqa: E402
from robopianist import music  # noqa: E402
from robopianist.music import midi_file  # noqa: E402
from sklearn.metrics import precision_recall_fscore_support  # noqa: E402

HERE = Path(__file__).parent
Event = tuple[int, Message | MetaMessage]


def on(tick: int, note: int, velocity: int = 70, channel: int = 0) -> Event:
    return tick, Message("note_on", note=note, velocity=velocity, channel=channel)


def off(tick: int, note: int, channel: int = 0) -> Event:
    return tick, Message("note_off", note=note, channel=channel)


def pedal(tick: int, value: int, channel: int = 0) -> Event:
    return tick, Message("control_change", control=64, value=value, channel=channel)


def tempo(tick: int, microseconds: int) -> Event:
    return tick, MetaMessage("set_tempo", tempo=microseconds)


def song(*tracks: list[Event], ticks_per_beat: int = 480, kind: int = 1) -> MidiFile:
    midi = MidiFile(type=kind, ticks_per_beat=ticks_per_beat)
    for events in tracks:
        track, last = MidiTrack(), 0
        for tick, message in sorted(events, key=lambda event: event[0]):
            track.append(message.copy(time=tick - last))
            last = tick
        midi.tracks.append(track)
    return midi


def random_track(rng: np.random.Generator, notes: int, length: int, channels: tuple[int, ...] = (0,)) -> list[Event]:
    """Few pitches, so that notes overlap, touch, and are struck again while they sound; some pedal."""
    events: list[Event] = []
    for _ in range(notes):
        channel = int(rng.choice(channels))
        start, note = int(rng.integers(300, length)), int(rng.choice([15, 21, 40, 59, 60, 61, 64, 67, 72, 108, 110]))
        end = start + int(rng.choice([0, 1, 7, 24, 48, 120, 500, 2000]))
        events += [on(start, note, int(rng.integers(1, 128)), channel)]
        events += [off(end, note, channel) if rng.random() < 0.7 else on(end, note, 0, channel)]
    events += [pedal(int(rng.integers(0, length)), int(rng.integers(0, 128)), channels[0]) for _ in range(notes // 4)]
    return events


def songs() -> Iterator[tuple[str, MidiFile]]:
    yield "one_note", song([on(0, 60), off(480, 60)])
    yield "ends_on_border", song([on(0, 60), off(96, 60), on(96, 62), off(192, 62)])
    yield "struck_again", song([on(0, 60), off(240, 60), on(240, 60), off(480, 60), on(500, 60), off(510, 60)])
    yield "on_before_off", song([on(0, 60), on(240, 60), off(240, 60), off(480, 60)])
    yield "unmatched", song([off(0, 60), on(10, 61), on(20, 60), off(200, 60), off(250, 60), on(300, 62)])
    yield "zero_length", song([on(0, 60), off(200, 60), on(300, 64), off(300, 64), on(400, 65), off(500, 65)])
    yield "out_of_range_ends", song([on(0, 20), off(99, 20), on(480, 21), off(900, 21), on(1000, 109), off(2000, 109)])
    sustain = [(0, 127), (300, 63), (310, 64), (500, 0), (505, 127), (1000, 0), (1440, 127), (1450, 0)]
    yield (
        "sustain",
        song([*(pedal(*event) for event in sustain), on(240, 60), off(900, 60), on(960, 60), off(1440, 60)]),
    )
    yield "pedal_on_silent_channel", song([pedal(100, 127, channel=3), on(0, 60), off(900, 60)], [pedal(200, 127)])
    tempi = [tempo(0, 600_000), tempo(0, 400_000), tempo(700, 400_000), tempo(800, 731_123), tempo(800, 313_131)]
    yield "tempo", song(tempi, [on(t, 50 + t // 100) for t in range(0, 2000, 100)] + [off(2100, n) for n in range(128)])
    yield "tempo_on_later_track", song([on(0, 60), off(960, 60)], [tempo(100, 100_000), on(200, 64), off(700, 64)])
    grid = np.random.default_rng(5)
    starts = grid.integers(13, 400, 80)
    aligned = [
        (int(s) * 48, int(s + d) * 48, int(n))
        for s, d, n in zip(starts, grid.integers(1, 9, 80), 40 + starts % 9, strict=True)
    ]
    yield "aligned_after_silence", song([e for s, t, n in aligned for e in (on(s, n), off(t, n))])
    for seed, (ticks_per_beat, kind) in enumerate([(480, 0), (384, 1), (96, 1), (1000, 1), (220, 0), (25, 1)]):
        rng = np.random.default_rng(seed)
        tempo_track = [tempo(int(t), int(rng.integers(200_000, 1_500_000))) for t in rng.integers(0, 6000, 5)]
        if kind == 0:
            yield f"random_{seed}", song([*tempo_track, *random_track(rng, 150, 6000, (0, 1))], kind=0)
        else:
            tracks = [random_track(rng, 80, 6000, (channel,)) for channel in (0, 4)]
            yield f"random_{seed}", song(tempo_track, *tracks, ticks_per_beat=ticks_per_beat)


def robopianist_roll(midi: mido.MidiFile) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    with tempfile.TemporaryDirectory() as folder:
        midi.save(f"{folder}/song.mid")
        sequence = music.load(f"{folder}/song.mid").seq
    start = min(note.start_time for note in sequence.notes)
    end = max(note.end_time for note in sequence.notes)
    trimmed = midi_file.MidiFile(sequences_lib.extract_subsequence(sequence, start, end))
    trajectory = midi_file.NoteTrajectory.from_midi(trimmed, 0.05)
    goal = np.zeros((len(trajectory), 88), dtype=bool)
    for row, notes in zip(goal, trajectory.notes, strict=True):
        row[[note.key for note in notes]] = True
    return goal, np.array(trajectory.sustains, dtype=bool)


def write_piano_rolls() -> None:
    arrays: dict[str, NDArray] = {}
    for name, midi in songs():
        buffer = io.BytesIO()
        midi.save(file=buffer)
        arrays[f"{name}/midi"] = np.frombuffer(buffer.getvalue(), dtype=np.uint8)
        arrays[f"{name}/goal"], arrays[f"{name}/sustain"] = robopianist_roll(midi)
    np.savez_compressed(HERE / "piano_rolls.npz", **arrays)


def write_frame_metrics() -> None:
    """As `robopianist.wrappers.evaluation.MidiEvaluationWrapper._compute_key_press_metrics`."""
    rng = np.random.default_rng(0)
    goal = rng.random((200, 88)) < rng.choice([0.0, 0.02, 0.1], (200, 1))
    pressed = (goal & (rng.random((200, 88)) < rng.choice([0.0, 0.7, 1.0], (200, 1)))) | (
        rng.random((200, 88)) < rng.choice([0.0, 0.0, 0.02], (200, 1))
    )
    frames = [
        precision_recall_fscore_support(y_true=truth, y_pred=answer, average="binary", zero_division=1)[:3]
        for truth, answer in zip(goal.astype(float), pressed.astype(float), strict=True)
    ]
    np.savez_compressed(
        HERE / "frame_metrics.npz", goal=goal, pressed=pressed, precision_recall_f1=np.mean(frames, axis=0)
    )


if __name__ == "__main__":
    write_piano_rolls()
    write_frame_metrics()
