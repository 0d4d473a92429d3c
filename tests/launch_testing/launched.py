"""What the launch files under test are started by: ROS 2's launch, in a domain of their own."""

from collections.abc import Mapping
from pathlib import Path

from launch import LaunchDescription
from launch.actions import IncludeLaunchDescription, SetEnvironmentVariable
from launch.launch_description_sources import PythonLaunchDescriptionSource
from launch_testing.actions import ReadyToTest
from ros_domains import free_domain

FOLDER = Path(__file__).resolve().parents[2] / "launch" / "launch"
PATIENCE_S = 240.0
"""What is compiled is compiled now."""


def launched(name: str, arguments: Mapping[str, str]) -> LaunchDescription:
    """Describe the launch file `name` with these arguments."""
    source = PythonLaunchDescriptionSource(str(FOLDER / f"{name}.launch.py"))
    graph = IncludeLaunchDescription(source, launch_arguments=list(arguments.items()))
    domain = SetEnvironmentVariable("ROS_DOMAIN_ID", str(free_domain()))
    return LaunchDescription([domain, graph, ReadyToTest()])
