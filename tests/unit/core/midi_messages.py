"""Small MIDI files from messages, and from messages with their times."""

from pathlib import Path

from mido import Message, MetaMessage, MidiFile, MidiTrack


def write(path: Path, *tracks: list[Message]) -> Path:
    """480 ticks a beat of half a second: 960 ticks a second; message times are ticks since the one before."""
    MidiFile(ticks_per_beat=480, tracks=[MidiTrack(track) for track in tracks]).save(str(path))
    return path


def write_ms(path: Path, *tracks: list[tuple[int, Message | MetaMessage]], length_ms: int = 0) -> Path:
    """Write tracks of (time [ms], message), each in order; a tick is 1 ms. The last track is `length_ms` long."""
    file = MidiFile(ticks_per_beat=500, tracks=[MidiTrack() for _ in tracks])
    for track, events in zip(file.tracks, tracks, strict=True):
        now = 0
        for time, message in events:
            track.append(message.copy(time=time - now))
            now = time
    if length_ms:
        file.tracks[-1].append(MetaMessage("end_of_track", time=length_ms - now))
    file.save(str(path))
    return path


def note(
    onset_ms: int, end_ms: int | None, pitch: int = 60, velocity: int = 80, channel: int = 0
) -> list[tuple[int, Message]]:
    """The two messages of a note, or only the first."""
    on = (onset_ms, Message("note_on", note=pitch, velocity=velocity, channel=channel))
    return [on] if end_ms is None else [on, (end_ms, Message("note_off", note=pitch, channel=channel))]


def pedal(time_ms: int, value: int, channel: int = 0) -> list[tuple[int, Message]]:
    """A message of the sustain pedal."""
    return [(time_ms, Message("control_change", control=64, value=value, channel=channel))]
