"""A viewer's buttons, pressed by nobody else."""


class PlaybackCommands:
    """Keeps what was asked for."""

    def __init__(self) -> None:
        self.asked = []

    def pause(self, paused) -> None:
        self.asked.append(("pause", paused))

    def restart(self) -> None:
        self.asked.append("restart")

    def set_speed(self, speed) -> None:
        self.asked.append(("speed", speed))
