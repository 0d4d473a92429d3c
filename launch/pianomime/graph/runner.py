# Copyright 2026 PianoMime contributors
#
# Licensed under the Apache License, Version 2.0 (the "License");
# you may not use this file except in compliance with the License.
# You may obtain a copy of the License at
#
#     http://www.apache.org/licenses/LICENSE-2.0
#
# Unless required by applicable law or agreed to in writing, software
# distributed under the License is distributed on an "AS IS" BASIS,
# WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
# See the License for the specific language governing permissions and
# limitations under the License.

"""Runs the node table as processes, without the launch tools of ROS."""

import os
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType

from pianomime.graph.node_entry import NodeEntry
from pianomime.graph.parameters_file import write_parameters
from pianomime.graph.processes import OnLine, Process, stop_all
from pianomime.graph.respawn import (
    RESTART_DELAY_S,
    NodeDied,
    RespawnDecision,
    respawn_decision,
    restart_line,
    started_again,
)
from pianomime.graph.rviz import ros_program
from pianomime_core.errors import UserError
from pianomime_core.ros_environment import missing_ros_settings

__all__ = ["NodeDied", "Runner", "node_command"]

_POLL_S = 0.05
_REFUSED = 2
"""Exit code of `pianomime_core.ros_main` for bad input; the last line is the error."""
# The prefix of a line already names the node.
_LOG_FORMAT = {"RCUTILS_CONSOLE_OUTPUT_FORMAT": "[{severity}] {message}"}


class Runner:
    """Context in which the graph runs as processes; all have ended after the block. A node that dies is restarted, a
    few times (`pianomime.graph.respawn`).

    Raises (from `wait`):
        UserError: A node refused its input (exit code 2).
        NodeDied: A required node is permanently gone.
    Raises (from the end of the block):
        UserError: A node could not write its files (exit code 2).
    """

    def __init__(self, nodes: Sequence[NodeEntry], on_line: OnLine) -> None:
        self._nodes = nodes
        self._on_line = on_line
        self._running: list[_Running] = []
        self._ending = False
        self._folder = tempfile.TemporaryDirectory(prefix="pianomime-")

    def __enter__(self) -> "Runner":
        try:
            for node in self._nodes:
                self._running.append(_Running(node, self._start(node)))
        except BaseException:
            self._close()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._close()
        unwritten = [r.process.error for r in self._running if not r.left and r.process.exit_code == _REFUSED]
        if kind is None and unwritten:
            raise UserError("; ".join(unwritten))

    def wait(self, meanwhile: Callable[[], None]) -> None:
        """Return when the song has ended; `meanwhile` is called about 20 times per second."""
        while not self._ended():
            meanwhile()
            time.sleep(_POLL_S)

    def process_numbers(self) -> dict[str, int]:
        """Return the current process id of each node, by name."""
        return {running.node.name: running.process.number for running in self._running}

    def end_music(self) -> None:
        """Ask the node that ends the graph to stop, and wait until it has written its files, at most for its time
        limit. No node is restarted from now on.

        Raises: As `wait`.
        """
        self._ending = True
        deadline_s = time.monotonic()
        for running in self._running:
            if running.node.ends_graph:
                running.process.terminate(listen=True)
                deadline_s = max(deadline_s, time.monotonic() + running.node.stop_s)
        while not self._ended() and time.monotonic() < deadline_s:
            time.sleep(_POLL_S)

    def _ended(self) -> bool:
        return any(self._is_end(running) for running in self._running)

    def _is_end(self, running: "_Running") -> bool:
        process = running.process
        if running.restart_s is not None:
            if self._ending:
                return running.node.ends_graph
            if time.monotonic() >= running.restart_s:
                running.process, running.restart_s = self._start(started_again(running.node)), None
            return False
        if running.left or process.exit_code is None:
            return False
        process.drain()
        decision = respawn_decision(running.node, process.exit_code, running.restarts)
        if decision is RespawnDecision.REFUSE:
            running.left = True  # reported now, not again at the end
            raise UserError(process.error or f"{process.name} refused its input")
        if decision is RespawnDecision.DIE:
            raise NodeDied(f"{process.name} ended before the song did ({process.error or process.ending()})")
        if decision is RespawnDecision.RESTART and self._ending:
            # It was still importing when it was asked to end.
            decision = RespawnDecision.END if running.node.ends_graph else RespawnDecision.LEAVE
        if decision is RespawnDecision.RESTART:
            running.restarts += 1
            running.restart_s = time.monotonic() + RESTART_DELAY_S
            self._on_line(process.name, restart_line(process.ending(), running.restarts))
        running.left = decision is RespawnDecision.LEAVE
        return decision is RespawnDecision.END

    def _start(self, node: NodeEntry) -> Process:
        environ = {**_LOG_FORMAT, **os.environ, **missing_ros_settings(os.environ)}
        command = node_command(node, Path(self._folder.name))
        return Process(node.name, command, environ, self._on_line, node.stop_s)

    def _close(self) -> None:
        stop_all([running.process for running in self._running])
        self._folder.cleanup()


@dataclass
class _Running:
    """A node, its current process, and its restarts."""

    node: NodeEntry
    process: Process
    restarts: int = 0
    restart_s: float | None = None
    """When to restart it, on the monotonic clock."""
    left: bool = False


def node_command(node: NodeEntry, folder: Path) -> list[str]:
    """Return the command line of a node; its parameters are passed in a file in `folder`, as in launch_ros, so that a
    path or name is never parsed as a number or truth value (JSON is YAML)."""
    if node.module:
        command = [sys.executable, "-m", node.module]
    else:
        command = [str(ros_program(node.package) or node.executable)]
    # Like launch_ros: parameters are for the node of this name.
    command += [*node.arguments, "--ros-args", "--remap", f"__node:={node.name}"]
    if node.namespace:
        command += ["--remap", f"__ns:=/{node.namespace.strip('/')}"]
    command += ["--log-level", node.log_level]
    if node.log_level == "debug":
        # rcl's own lines, about fifty per step, would make the nodes late.
        command += ["--log-level", "rcl:=info"]
    if node.config is not None:
        command += ["--params-file", str(node.config)]
    if node.parameters:
        command += ["--params-file", str(write_parameters(node, folder))]
    if node.params_file is not None:
        command += ["--params-file", str(node.params_file)]
    for source, target in node.remappings:
        command += ["--remap", f"{source}:={target}"]
    return command
