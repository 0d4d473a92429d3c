"""Stand-ins for `launch` and `launch_ros`, which no package index has: they record what a launch file says.

Only what ROS 2 Jazzy and Kilted really offer is here, with their parameter names, so that a misspelt one fails.
"""

import json
import runpy
import sys
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any

from pianomime.graph.parameters_file import EVERY_NODE


@dataclass
class DeclareLaunchArgument:
    name: str
    default_value: str | None = None
    description: str | None = None
    choices: list[str] | None = None


@dataclass
class Source:
    location: str


@dataclass
class IncludeLaunchDescription:
    launch_description_source: Source


@dataclass
class IncludeEvent:
    """What `context.locals.event` is while the first launch file is read."""

    launch_description: "LaunchDescription"


@dataclass
class LaunchContext:
    launch_configurations: dict[str, str] = field(default_factory=dict)
    is_shutdown: bool = False
    argv: list[str] = field(default_factory=list)
    locals: SimpleNamespace = field(default_factory=lambda: SimpleNamespace(event=None))


@dataclass
class LaunchConfiguration:
    variable_name: str

    def perform(self, context: LaunchContext) -> str:
        return context.launch_configurations[self.variable_name]


class OpaqueFunction:
    def __init__(self, *, function, args=None, kwargs=None) -> None:
        self.function, self.args, self.kwargs = function, args or [], kwargs or {}


class ShutdownProcess:
    def __init__(self, *, process_matcher) -> None:
        self.process_matcher = process_matcher


class SignalProcess:
    def __init__(self, *, signal_number, process_matcher) -> None:
        self.signal_number, self.process_matcher = signal_number, process_matcher


class EmitEvent:
    def __init__(self, *, event: ShutdownProcess | SignalProcess) -> None:
        self.event = event


class PushLaunchConfigurations:
    pass


class PopLaunchConfigurations:
    pass


@dataclass
class ProcessExited:
    returncode: int


@dataclass
class LogInfo:
    msg: str


class TimerAction:
    def __init__(self, *, period: float, actions: list[Any]) -> None:
        self.period, self.actions = period, actions


class OnProcessExit:
    def __init__(self, *, target_action=None, on_exit) -> None:
        self.target_action, self.on_exit = target_action, on_exit


class RegisterEventHandler:
    def __init__(self, event_handler) -> None:
        self.event_handler = event_handler


class LaunchDescription:
    def __init__(self, initial_entities=None) -> None:
        self.entities = list(initial_entities or [])


class Node:
    def __init__(
        self,
        *,
        package: str,
        executable: str,
        name: str | None = None,
        parameters: list[Any] | None = None,
        remappings: list[tuple[str, str]] | None = None,
        arguments: list[str] | None = None,
        namespace: str | None = None,
        ros_arguments: list[str] | None = None,
        additional_env: dict[str, str] | None = None,
        output: str = "log",
        sigterm_timeout: str = "5",
        sigkill_timeout: str = "5",
    ) -> None:
        self.package, self.executable, self.name, self.output = package, executable, name, output
        self.parameters, self.remappings, self.arguments = (
            [_written(each) for each in parameters or []],
            remappings,
            arguments,
        )
        self.namespace, self.ros_arguments, self.additional_env = namespace, ros_arguments, additional_env
        self.sigterm_timeout, self.sigkill_timeout = sigterm_timeout, sigkill_timeout


def _written(file: str) -> object:
    """What a file of ours holds; the name of any other."""
    if not Path(file).parent.name.startswith("pianomime-"):
        return file
    return json.loads(Path(file).read_text())[EVERY_NODE]["ros__parameters"]


MODULES = {
    "launch": {
        "LaunchContext": LaunchContext,
        "LaunchDescription": LaunchDescription,
        "LaunchDescriptionEntity": object,
    },
    "launch.actions": {
        "DeclareLaunchArgument": DeclareLaunchArgument,
        "EmitEvent": EmitEvent,
        "IncludeLaunchDescription": IncludeLaunchDescription,
        "LogInfo": LogInfo,
        "OpaqueFunction": OpaqueFunction,
        "PopLaunchConfigurations": PopLaunchConfigurations,
        "PushLaunchConfigurations": PushLaunchConfigurations,
        "RegisterEventHandler": RegisterEventHandler,
        "TimerAction": TimerAction,
    },
    "launch.event_handlers": {"OnProcessExit": OnProcessExit},
    "launch.events": {},
    "launch.events.process": {
        "ProcessExited": ProcessExited,
        "ShutdownProcess": ShutdownProcess,
        "SignalProcess": SignalProcess,
    },
    "launch.substitutions": {"LaunchConfiguration": LaunchConfiguration},
    "launch_ros": {},
    "launch_ros.actions": {"Node": Node},
}


def install(monkeypatch) -> None:
    """Put the stand-ins where `import launch` finds them, for one test."""
    for name, contents in MODULES.items():
        module = ModuleType(name)
        vars(module).update(contents)
        monkeypatch.setitem(sys.modules, name, module)


def described(monkeypatch, launch_file: Path) -> LaunchDescription:
    """What the launch file describes, read with the stand-ins and with nothing set about ROS."""
    install(monkeypatch)
    # They belong to one test; what imports them must not outlive it.
    for name in ("pianomime.graph.launch_nodes", "pianomime.graph.launch_arguments"):
        monkeypatch.delitem(sys.modules, name, raising=False)
    monkeypatch.delenv("ROS_DOMAIN_ID", raising=False)
    for name in ("ROS_AUTOMATIC_DISCOVERY_RANGE", "FASTDDS_DEFAULT_PROFILES_FILE"):
        monkeypatch.delenv(name, raising=False)
    return runpy.run_path(str(launch_file))["generate_launch_description"]()


def start(description: LaunchDescription, context: LaunchContext | None = None, **given: str) -> list[Any]:
    """What `ros2 launch ... name:=value` would start."""
    arguments = [entity for entity in description.entities if isinstance(entity, DeclareLaunchArgument)]
    assert set(given) <= {argument.name for argument in arguments}
    values = {argument.name: argument.default_value for argument in arguments} | given
    [opaque] = [entity for entity in description.entities if isinstance(entity, OpaqueFunction)]
    context = context or LaunchContext()
    context.launch_configurations.update(values)
    return opaque.function(context, *opaque.args, **opaque.kwargs)


def assert_starts(actions: list[Any], table: Sequence[Any]) -> None:
    """The nodes among the actions are those of a node table, with all that it says of them."""
    nodes = [action for action in actions if isinstance(action, Node)]
    assert [(node.package, node.executable, node.name) for node in nodes] == [
        (entry.package, entry.executable, entry.name) for entry in table
    ]
    for node, entry in zip(nodes, table, strict=True):
        # The file first, so that the table's values win; the user's own last.
        mine = [str(entry.params_file)] if entry.params_file else []
        assert node.parameters == [*([str(entry.config)] if entry.config else []), entry.parameters, *mine]
        # None, not "": then a namespace pushed by the launch file around this one counts.
        assert node.namespace == (entry.namespace or None)
        assert node.ros_arguments == ["--log-level", entry.log_level]
        assert node.remappings == list(entry.remappings)
        assert node.arguments == list(entry.arguments)
        assert node.output == "screen"


def typed(launch_file: Path, *argv: str) -> LaunchContext:
    """The context in which `ros2 launch FILE ...` reads a launch file."""
    around = LaunchDescription([IncludeLaunchDescription(Source(str(launch_file)))])
    return LaunchContext(argv=list(argv), locals=SimpleNamespace(event=IncludeEvent(around)))
