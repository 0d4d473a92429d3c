"""The node table as actions of ROS 2's launch, for launch files: what `pianomime.runner` does without it."""

from launch.actions import LogInfo, RegisterEventHandler, Shutdown, TimerAction
from launch.event_handlers import OnProcessExit
from launch.events.process import ProcessExited
from launch_ros.actions import Node

from launch import LaunchContext, LaunchDescriptionEntity
from pianomime.node_table import NodeEntry
from pianomime.respawn import RESTART_DELAY_S, Fate, fate, restart_line, started_again

STOP_S = "1"


def start_node(entry: NodeEntry, restarts: int = 0) -> list[LaunchDescriptionEntity]:
    """Return one process of the table, and what is to follow upon its end."""
    node = Node(
        package=entry.package,
        executable=entry.executable,
        name=entry.name,
        output="screen",
        parameters=[*([str(entry.config)] if entry.config else []), entry.parameters],
        remappings=list(entry.remappings),
        arguments=list(entry.arguments),
        sigterm_timeout=STOP_S,
        sigkill_timeout=STOP_S,
    )

    def on_exit(event: ProcessExited, context: LaunchContext) -> list[LaunchDescriptionEntity]:
        verdict = fate(entry, event.returncode, restarts)
        if context.is_shutdown or verdict is Fate.LEAVE:
            return []
        if verdict is Fate.RESTART:
            said = restart_line(f"{entry.name} has ended with {event.returncode}", restarts + 1)
            again = TimerAction(period=RESTART_DELAY_S, actions=start_node(started_again(entry), restarts + 1))
            return [LogInfo(msg=said), again]
        return [Shutdown(reason="end of the song" if verdict is Fate.END else f"{entry.name} has ended")]

    return [node, RegisterEventHandler(OnProcessExit(target_action=node, on_exit=on_exit))]
