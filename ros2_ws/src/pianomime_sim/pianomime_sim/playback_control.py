"""How the song goes on: paused or not, and how fast; set by one thread while another plays."""

import threading

SLOWEST, FASTEST = 0.25, 1.0
"""Speeds of playing; the controllers are made for full speed, in which a step takes 50 ms."""


class PlaybackControl:
    """Pause and speed, as on a tape recorder."""

    def __init__(self, speed: float = FASTEST) -> None:
        self._changed = threading.Condition()
        self._paused = False
        self._speed = speed

    @property
    def paused(self) -> bool:
        """True while nothing is to be played."""
        return self._paused

    @property
    def speed(self) -> float:
        """Share of full speed, in [SLOWEST, FASTEST]."""
        return self._speed

    def pause(self, paused: bool) -> None:
        """Stop before the next step, or go on."""
        with self._changed:
            self._paused = paused
            self._changed.notify_all()

    def set_speed(self, speed: float) -> None:
        """Play the steps to come at this speed.

        Raises:
            ValueError: It is not in [SLOWEST, FASTEST].
        """
        if not SLOWEST <= speed <= FASTEST:
            raise ValueError(f"speed {speed}: choose one from {SLOWEST} to {FASTEST}")
        self._speed = speed

    def wait(self, timeout_s: float) -> bool:
        """Wait until it may go on; return False if it may not after `timeout_s`."""
        with self._changed:
            return self._changed.wait_for(lambda: not self._paused, timeout_s)
