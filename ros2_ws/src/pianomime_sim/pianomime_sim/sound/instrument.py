"""Outputs that play keys: a speaker, a MIDI port."""

from typing import Protocol


class Instrument(Protocol):
    """Plays each event at once; called from one thread at a time."""

    def press(self, pitch: int, velocity: int) -> None:
        """Strike a key (MIDI pitch) with a velocity 1..127."""
        ...

    def release(self, pitch: int) -> None:
        """Release a key."""
        ...

    def pedal(self, down: bool) -> None:
        """Move the sustain pedal; while it is down, released keys keep sounding."""
        ...

    def close(self) -> None:
        """Release all keys and the pedal, and free resources."""
        ...
