"""`pianomime live` as a process, and its output files."""

import signal
import subprocess
import sys
import threading

import numpy as np
from node_stacks import abort_nodes

from pianomime_core.rollout import Rollout

PATIENCE_S = 240.0
"""The first planner on a machine compiles for a minute or so."""
READY = "the robot listens"


class Session:
    """`pianomime live`, from its first word to the robot's last."""

    def __init__(self, environ, *arguments: object) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-m", "pianomime", "live", *map(str, arguments)],
            env=environ,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        self.said = ""
        # A test that hangs would be told nothing by a blocking pipe.
        self._watch = threading.Timer(PATIENCE_S, self._give_up)
        self._watch.start()

    def until(self, words: str) -> None:
        """Read on to the next line that has these words."""
        while True:
            line = self.process.stdout.readline()
            assert line, f"it ended before it said {words!r}: {self.said}"
            self.said += line
            if words in line:
                return

    def _give_up(self) -> None:
        abort_nodes()
        self.process.kill()

    def end(self) -> int:
        """Ctrl-C; the exit code."""
        self.process.send_signal(signal.SIGINT)
        self.said += self.process.communicate()[0]
        return self.process.returncode

    def close(self) -> None:
        """Leave nothing behind; pytest shows what was said if the test has failed."""
        self._watch.cancel()
        self.process.kill()
        rest = self.process.communicate()[0] if not self.process.stdout.closed else ""
        print(self.said + rest)


def music(played: Rollout) -> tuple[np.ndarray, np.ndarray]:
    """Goal and pressed keys from the first wanted row to the last."""
    goal, pressed, *_ = played.frames()
    rows = np.flatnonzero(goal.any(axis=1))
    span = slice(rows[0], rows[-1] + 1)
    return goal[span], pressed[span]
