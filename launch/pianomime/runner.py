"""Runs the node table as processes, for machines without ROS's launch tools."""

import json
import os
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from types import TracebackType

from pianomime.node_table import NodeEntry
from pianomime.processes import OnLine, Process, stop_all
from pianomime_core.errors import UserError
from pianomime_core.ros_environment import missing_ros_settings

_POLL_S = 0.05
_EXIT_USER_ERROR = 2
# The prefix of a line names the node already.
_LOG_FORMAT = {"RCUTILS_CONSOLE_OUTPUT_FORMAT": "[{severity}] {message}"}


class NodeDied(Exception):  # noqa: N818 (an event, like KeyboardInterrupt)
    """A required node ended before the song did; the text says which and how."""


class Runner:
    """The graph as processes, from `with` to the end of the block; then none is left.

    Raises (from `wait`):
        UserError: A node refused its input (exit code 2).
        NodeDied: A required node is gone.
    """

    def __init__(self, nodes: Sequence[NodeEntry], on_line: OnLine) -> None:
        self._nodes = nodes
        self._on_line = on_line
        self._processes: list[Process] = []
        self._folder = tempfile.TemporaryDirectory(prefix="pianomime-")

    def __enter__(self) -> "Runner":
        environ = {**_LOG_FORMAT, **os.environ, **missing_ros_settings(os.environ)}
        try:
            for node in self._nodes:
                command = node_command(node, Path(self._folder.name))
                self._processes.append(Process(node.name, command, environ, self._on_line))
        except BaseException:
            self._close()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._close()

    def wait(self, meanwhile: Callable[[], None]) -> None:
        """Return when the song has ended; `meanwhile` is called about 20 times a second."""
        while not self._ended():
            meanwhile()
            time.sleep(_POLL_S)

    def end_music(self) -> None:
        """Ask the node whose end is the end of the music to end it, and wait until it has written what is to be.

        Raises: As `wait`.
        """
        for node, process in zip(self._nodes, self._processes, strict=True):
            if node.ends_graph:
                process.interrupt(listen=True)
        self.wait(lambda: None)

    def _ended(self) -> bool:
        gone = [
            (node, process) for node, process in zip(self._nodes, self._processes, strict=True) if _is_gone(process)
        ]
        for _, process in gone:
            if process.exit_code == _EXIT_USER_ERROR:
                process.drain()
                raise UserError(process.error or f"{process.name} refused its input")
        for node, process in gone:
            if node.required and not (node.ends_graph and process.exit_code == 0):
                process.drain()
                why = process.error or process.ending()
                raise NodeDied(f"{process.name} ended before the song did ({why})")
        return any(node.ends_graph for node, _ in gone)

    def _close(self) -> None:
        stop_all(self._processes)
        self._folder.cleanup()


def node_command(node: NodeEntry, folder: Path) -> list[str]:
    """Return the command line of a node; its parameters go through a file in `folder`, as launch_ros does it, so that
    a path or name is never taken for a number or a truth value (JSON is YAML)."""
    command = [sys.executable, "-m", node.module, "--ros-args"]
    if node.config is not None:
        command += ["--params-file", str(node.config)]
    if node.parameters:
        file = folder / f"{node.name}.yaml"
        file.write_text(json.dumps({node.name: {"ros__parameters": node.parameters}}), encoding="utf-8")
        command += ["--params-file", str(file)]
    for source, target in node.remappings:
        command += ["--remap", f"{source}:={target}"]
    return command


def _is_gone(process: Process) -> bool:
    return process.exit_code is not None
