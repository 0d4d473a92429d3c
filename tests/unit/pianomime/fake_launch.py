"""Stand-ins for `launch` and `launch_ros`, which no package index has: they record what a launch file says.

Only what ROS 2 Jazzy and Kilted really offer is here, with their parameter names, so that a misspelt one fails.
"""

import runpy
import sys
from dataclasses import dataclass, field
from pathlib import Path
from types import ModuleType
from typing import Any


@dataclass
class DeclareLaunchArgument:
    name: str
    default_value: str | None = None
    description: str | None = None
    choices: list[str] | None = None


@dataclass
class SetEnvironmentVariable:
    name: str
    value: str


@dataclass
class LaunchContext:
    launch_configurations: dict[str, str] = field(default_factory=dict)
    is_shutdown: bool = False


@dataclass
class LaunchConfiguration:
    variable_name: str

    def perform(self, context: LaunchContext) -> str:
        return context.launch_configurations[self.variable_name]


class OpaqueFunction:
    def __init__(self, *, function, args=None, kwargs=None) -> None:
        self.function, self.args, self.kwargs = function, args or [], kwargs or {}


class Shutdown:
    def __init__(self, *, reason: str = "reason not given") -> None:
        self.reason = reason


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
        output: str = "log",
        sigterm_timeout: str = "5",
        sigkill_timeout: str = "5",
    ) -> None:
        self.package, self.executable, self.name, self.output = package, executable, name, output
        self.parameters, self.remappings, self.arguments = parameters, remappings, arguments
        self.sigterm_timeout, self.sigkill_timeout = sigterm_timeout, sigkill_timeout


MODULES = {
    "launch": {
        "LaunchContext": LaunchContext,
        "LaunchDescription": LaunchDescription,
        "LaunchDescriptionEntity": object,
    },
    "launch.actions": {
        "DeclareLaunchArgument": DeclareLaunchArgument,
        "LogInfo": LogInfo,
        "OpaqueFunction": OpaqueFunction,
        "RegisterEventHandler": RegisterEventHandler,
        "SetEnvironmentVariable": SetEnvironmentVariable,
        "Shutdown": Shutdown,
        "TimerAction": TimerAction,
    },
    "launch.event_handlers": {"OnProcessExit": OnProcessExit},
    "launch.events": {},
    "launch.events.process": {"ProcessExited": ProcessExited},
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


def described(monkeypatch, tmp_path: Path, launch_file: Path) -> LaunchDescription:
    """What the launch file describes, read with the stand-ins and with nothing set about ROS."""
    install(monkeypatch)
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path))
    monkeypatch.delenv("ROS_DOMAIN_ID", raising=False)
    for name in ("ROS_AUTOMATIC_DISCOVERY_RANGE", "FASTDDS_DEFAULT_PROFILES_FILE"):
        monkeypatch.delenv(name, raising=False)
    return runpy.run_path(str(launch_file))["generate_launch_description"]()


def start(description: LaunchDescription, **given: str) -> list[Any]:
    """What `ros2 launch ... name:=value` would start."""
    arguments = [entity for entity in description.entities if isinstance(entity, DeclareLaunchArgument)]
    assert set(given) <= {argument.name for argument in arguments}
    values = {argument.name: argument.default_value for argument in arguments} | given
    [opaque] = [entity for entity in description.entities if isinstance(entity, OpaqueFunction)]
    return opaque.function(LaunchContext(values), *opaque.args, **opaque.kwargs)
