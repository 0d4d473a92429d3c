"""A keyboard without a MIDI system."""

import mido


class SimulatedPort:
    """In place of `MidiInput`: what is in `messages` was played, and `poll` finds what `plugged` says."""

    def __init__(self, port: str = "keys", virtual: str = "", wait: bool = False) -> None:
        self.name = virtual or port
        self.messages: list[tuple[mido.Message, float]] = []
        self.connected = self.plugged = True

    def read(self):
        messages, self.messages = self.messages, []
        return messages

    def poll(self) -> bool:
        changed, self.connected = self.connected != self.plugged, self.plugged
        return changed

    def close(self) -> None:
        pass
