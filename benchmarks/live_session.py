"""Runs the nodes of `pianomime live` with a script in this process as the player."""

import threading
from collections.abc import Callable

from pianomime.graph.graph_options import LiveOptions
from pianomime.graph.node_table import node_table
from pianomime.graph.ros_instance import refuse_second_instance
from pianomime.graph.runner import Runner
from pianomime_core.ros_environment import complete_ros_environment

READY = "the robot listens"
SETTLED_S = 1.0
"""From the first step to the first key."""


class _Over(Exception):  # noqa: N818 (an event, like KeyboardInterrupt)
    """Raised when the script has finished."""


def perform_live(options: LiveOptions, script: Callable[[], None]) -> None:
    """Start the nodes; run the script in a thread once the robot is ready; when it returns, end the music.

    Raises:
        UserError: A node refused its input.
        NodeDied: A node ended for good.
        RuntimeError: The script failed, or the nodes ended before it did.
    """
    complete_ros_environment()
    ready, done = threading.Event(), threading.Event()

    def on_line(name: str, line: str) -> None:
        if READY in line:
            ready.set()

    def play() -> None:
        threading.Event().wait(SETTLED_S)
        script()
        done.set()

    player = threading.Thread(target=play, name="player", daemon=True)

    def go_on() -> None:
        if ready.is_set() and player.ident is None:
            player.start()
        if done.is_set():
            raise _Over
        if player.ident is not None and not player.is_alive():
            raise RuntimeError("the script failed")

    refuse_second_instance()
    with Runner(node_table(options), on_line) as runner:
        try:
            runner.wait(go_on)
        except _Over:
            runner.end_music()
            return
    raise RuntimeError("the nodes ended before the script did")
