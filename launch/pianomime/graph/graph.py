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

"""Runs the graph as child processes, from the initial checks to the end; used by play, live and follow."""

from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

from pianomime.graph.graph_options import FollowOptions, LiveOptions, PlayOptions, check_names
from pianomime.graph.node_table import node_table
from pianomime.graph.runner import Runner
from pianomime.terminal import notice, progress
from pianomime_core.errors import UserError
from pianomime_core.ros_environment import complete_ros_environment

if TYPE_CHECKING:  # needs ROS 2
    from pianomime.graph.ros_status import StatusListener


class Running(NamedTuple):
    """The running processes, the console for their output, and the status listener."""

    runner: Runner
    console: Console
    listener: "StatusListener"


@contextmanager
def running(
    options: PlayOptions | LiveOptions | FollowOptions, status: str, remark: str = "", score: Path | None = None
) -> Iterator[Running]:
    """Start the nodes of the table and print their output; all have ended after the block.

    Args:
        options: Options of the graph.
        status: Status to subscribe to, as for `StatusListener`.
        remark: A line to print once all input is accepted.
        score: As for `node_table`.

    Raises:
        UserError: A port in use, a name that is not UTF-8, no ROS 2, a domain out of range, or a second instance.
    """
    check_names(options)
    if options.viewer == "browser":
        from pianomime_sim.viewers.port import check_port

        check_port(options.viewer_host, options.viewer_port)
    complete_ros_environment()
    try:
        from pianomime.graph.ros_instance import refuse_second_instance
        from pianomime.graph.ros_status import StatusListener
    except ImportError as error:
        alone = ", or play with --no-ros" if isinstance(options, PlayOptions | LiveOptions) else ""
        raise UserError(
            f'ROS 2 is not usable here ({error}): source its setup.bash or pip install "pianomime[ros]"{alone}'
        ) from error
    refuse_second_instance()
    console = Console()
    with (
        # Nodes first: forking is safe while this process has no other threads.
        Runner(node_table(options, score), lambda name, line: _print_line(console, name, line)) as runner,
        closing(StatusListener(status)) as listener,
    ):
        if remark:
            notice(remark, console)
        yield Running(runner, console, listener)


def progress_bar(console: Console) -> Progress:
    """Return a progress bar with elapsed time and the field `note`."""
    columns = (TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn(), TextColumn("{task.fields[note]}"))
    return progress(*columns, console=console)


def _print_line(console: Console, name: str, line: str) -> None:
    console.print(f"[dim]{escape(f'[{name}]')}[/dim] {escape(line)}", highlight=False, soft_wrap=True)
