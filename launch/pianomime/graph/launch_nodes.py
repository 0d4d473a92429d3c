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

"""The node table as actions of ROS 2 launch; `pianomime.graph.runner` is its counterpart without launch."""

import os
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from signal import SIGTERM
from tempfile import TemporaryDirectory
from typing import Any, NoReturn

from launch import LaunchContext, LaunchDescription, LaunchDescriptionEntity
from launch.actions import (
    DeclareLaunchArgument,
    EmitEvent,
    IncludeLaunchDescription,
    LogInfo,
    OpaqueFunction,
    PopLaunchConfigurations,
    PushLaunchConfigurations,
    RegisterEventHandler,
    TimerAction,
)
from launch.event_handlers import OnProcessExit
from launch.events.process import ProcessExited, ShutdownProcess, SignalProcess
from launch.substitutions import LaunchConfiguration
from launch_ros.actions import Node

from pianomime.graph.node_entry import NodeEntry
from pianomime.graph.node_python import check_node_python
from pianomime.graph.parameters_file import write_parameters
from pianomime.graph.respawn import (
    EXIT_USER_ERROR,
    RESTART_DELAY_S,
    NodeDied,
    RespawnDecision,
    respawn_decision,
    restart_line,
    started_again,
)
from pianomime_core.errors import UserError, unknown_value
from pianomime_core.parent import LAUNCHER
from pianomime_core.ros_environment import domain_id, missing_ros_settings

KILL_S = "1"
"""How long a process may take to end after SIGTERM."""
LAUNCH_ARGUMENTS = ("launch-prefix", "launch-prefix-filter", "emulate_tty", "sigterm_timeout", "sigkill_timeout")
"""Command-line arguments of launch itself."""

Arguments = Sequence[DeclareLaunchArgument]


def graph_description(
    launch_file: str, arguments: Arguments, table: Callable[[Mapping[str, str]], Sequence[NodeEntry]]
) -> LaunchDescription:
    """Return the launch description of a graph.

    It ends with the song, or, with an error and exit code 1 of `ros2 launch`, when a node refuses its input or dies too
    often. Environment variables are set for its nodes only.

    Args:
        launch_file: Path of the launch file.
        arguments: Its declared arguments.
        table: Returns the nodes for the texts of the arguments.
    """

    def start(context: LaunchContext) -> list[LaunchDescriptionEntity]:
        _refuse_unknown(context, launch_file, arguments)
        domain_id(os.environ)
        text = {argument.name: LaunchConfiguration(argument.name).perform(context) for argument in arguments}
        _refuse_other_encodings(text)
        nodes = table(text)
        check_node_python(nodes)
        return _Graph(nodes, context.launch_configurations).start()

    return LaunchDescription([*arguments, OpaqueFunction(function=start)])


class _Graph:
    """The processes of one launch file."""

    def __init__(self, table: Sequence[NodeEntry], configurations: Mapping[str, Any]) -> None:
        self._table = table
        # Of including launch files: namespace, parameters and remappings of all nodes.
        self._configurations = dict(configurations)
        self._environment = {**missing_ros_settings(os.environ), LAUNCHER: str(os.getpid())}
        self._folder = TemporaryDirectory(prefix="pianomime-")
        self._nodes: list[Node] = []
        self._over = False

    def start(self) -> list[LaunchDescriptionEntity]:
        """Return the actions that start all nodes."""
        return [action for entry in self._table for action in self._start(entry)]

    def _start(self, entry: NodeEntry, restarts: int = 0) -> list[LaunchDescriptionEntity]:
        config, params_file = ([str(file)] if file else [] for file in (entry.config, entry.params_file))
        node = Node(
            package=entry.package,
            executable=entry.executable,
            name=entry.name,
            namespace=entry.namespace or None,
            output="screen",
            # Later ones override earlier ones.
            parameters=[*config, str(write_parameters(entry, Path(self._folder.name))), *params_file],
            remappings=list(entry.remappings),
            arguments=list(entry.arguments),
            ros_arguments=["--log-level", entry.log_level],
            additional_env=self._environment,
            sigterm_timeout=str(entry.stop_s),
            sigkill_timeout=KILL_S,
        )
        self._nodes.append(node)

        def on_exit(event: ProcessExited, context: LaunchContext) -> list[LaunchDescriptionEntity]:
            if not (context.is_shutdown or self._over):
                return self._follow(entry, event.returncode, restarts)
            if event.returncode == EXIT_USER_ERROR:
                raise UserError(f"{entry.name} could not write what it was to write: its error stands above")
            return []

        return [node, RegisterEventHandler(OnProcessExit(target_action=node, on_exit=on_exit))]

    def _follow(self, entry: NodeEntry, exit_code: int, restarts: int) -> list[LaunchDescriptionEntity]:
        decision = respawn_decision(entry, exit_code, restarts)
        if decision is RespawnDecision.LEAVE:
            return []
        if decision is RespawnDecision.RESTART:
            said = restart_line(f"{entry.name} has ended with {exit_code}", restarts + 1)
            again = OpaqueFunction(function=self._start_again, args=[started_again(entry), restarts + 1])
            return [LogInfo(msg=said), TimerAction(period=RESTART_DELAY_S, actions=[again])]
        self._over = True
        if decision is not RespawnDecision.END:
            # SIGTERM first: at SIGINT, which launch sends, a node that is still importing shows a traceback.
            ours = SignalProcess(signal_number=SIGTERM, process_matcher=self._nodes.__contains__)
            fail = OpaqueFunction(function=_fail, args=[entry, exit_code, decision])
            return [EmitEvent(event=ours), fail]
        # No Shutdown, which would also end an including launch file.
        return [
            LogInfo(msg="end of the song"),
            EmitEvent(event=ShutdownProcess(process_matcher=self._nodes.__contains__)),
        ]

    def _start_again(self, context: LaunchContext, entry: NodeEntry, restarts: int) -> list[LaunchDescriptionEntity]:
        if self._over:
            return []
        return [
            PushLaunchConfigurations(),
            OpaqueFunction(function=lambda context: context.launch_configurations.update(self._configurations)),
            *self._start(entry, restarts),
            PopLaunchConfigurations(),
        ]


def _fail(context: LaunchContext, entry: NodeEntry, exit_code: int, decision: RespawnDecision) -> NoReturn:
    """Raise an exception, which is the only way to make launch exit with code 1."""
    if decision is RespawnDecision.REFUSE:
        raise UserError(f"{entry.name} has refused what it was given: its error stands above")
    raise NodeDied(f"{entry.name} ended before the song did (exit code {exit_code})")


def _refuse_other_encodings(text: Mapping[str, str]) -> None:
    """Raise UserError for a value that no ROS parameter can hold: a node would be told that its parameters are no YAML,
    and not which."""
    for name, value in text.items():
        try:
            value.encode()
        except UnicodeEncodeError as error:
            raise UserError(f"launch argument {name} is {value!r}: ROS needs UTF-8, change the name") from error


def _refuse_unknown(context: LaunchContext, launch_file: str, arguments: Arguments) -> None:
    """Raise UserError for an undeclared name on the command line, which launch would ignore silently."""
    event = context.locals.event
    around = getattr(event, "launch_description", None)
    files = [
        entity.launch_description_source.location
        for entity in (around.entities if around is not None else ())
        if isinstance(entity, IncludeLaunchDescription)
    ]
    if [os.path.realpath(file) for file in files] != [os.path.realpath(launch_file)]:
        return  # the command line belongs to an including launch file
    legal = [argument.name for argument in arguments]
    for argument in context.argv:
        name = argument.partition(":=")[0]
        if name not in (*legal, *LAUNCH_ARGUMENTS):
            raise unknown_value("launch argument", name, legal)
