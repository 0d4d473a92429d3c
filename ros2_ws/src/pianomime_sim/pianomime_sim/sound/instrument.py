"""What keys are played on: a speaker, a MIDI port."""

from typing import Protocol


class Instrument(Protocol):
    """Plays at once what it is told; called from one thread at a time."""

    def press(self, pitch: int, velocity: int) -> None:
        """Strike a key (MIDI pitch) with a velocity 1..127."""
        ...

    def release(self, pitch: int) -> None:
        """Let a key go."""
        ...

    def pedal(self, down: bool) -> None:
        """The sustain pedal goes down or comes up: while it is down, keys let go sound on."""
        ...

    def close(self) -> None:
        """Let all keys and the pedal go, and free what is held."""
        ...
