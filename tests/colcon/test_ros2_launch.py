"""ROS 2's own `ros2 launch` on the workspace, where there is one: its `launch` comes with ROS 2, not from an index."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest
from ros_domains import free_domain
from test_workspace import COLCON, install  # noqa: F401 (a fixture)

pytestmark = [
    pytest.mark.skipif(not COLCON.is_dir(), reason="no .venv-colcon: run make test-colcon"),
    pytest.mark.skipif(shutil.which("ros2") is None, reason="no ros2 in the PATH: source the setup file of a ROS 2"),
]
INCLUDER = """
from launch import LaunchDescription
from launch.actions import DeclareLaunchArgument, ExecuteProcess, GroupAction, IncludeLaunchDescription
from launch.substitutions import LaunchConfiguration, PathJoinSubstitution
from launch_ros.actions import PushRosNamespace
from launch_ros.substitutions import FindPackageShare

def generate_launch_description():
    rollout = LaunchConfiguration("theirs")
    asked = {"midi": "twinkle", "controller": "idle", "sync": "true", "rollout": rollout}
    path = PathJoinSubstitution([FindPackageShare("pianomime"), "launch", "play.launch.py"])
    play = IncludeLaunchDescription(path, launch_arguments=asked.items())
    return LaunchDescription([
        DeclareLaunchArgument("theirs"),
        GroupAction([PushRosNamespace("left"), play]),
        ExecuteProcess(cmd=["python3", "-u", "-c", OTHER, rollout], output="screen"),
    ])
"""
# Goes on for a while after the song.
OTHER = """
import os, sys, time
print("theirs has our settings:", "FASTDDS_DEFAULT_PROFILES_FILE" in os.environ)
while not os.path.exists(sys.argv[1]):
    time.sleep(0.1)
time.sleep(8)
print("theirs goes on")
"""


def launched(install: Path, *arguments: str) -> subprocess.CompletedProcess[str]:  # noqa: F811
    """`ros2 launch ...` in a shell that has sourced the workspace, one output."""
    environ = {name: value for name, value in os.environ.items() if name != "FASTDDS_DEFAULT_PROFILES_FILE"}
    script = f'source "{install}/setup.bash" && exec ros2 launch "$@" 2>&1'
    return subprocess.run(
        ["bash", "-c", script, "bash", *arguments],
        env=environ | {"ROS_DOMAIN_ID": str(free_domain())},
        cwd=install,
        capture_output=True,
        text=True,
        timeout=300,
    )


def test_a_song_is_played_to_its_end(install, tmp_path):  # noqa: F811
    rollout = tmp_path / "r.npz"
    arguments = ("midi:=twinkle", "controller:=idle", "sync:=true", f"rollout:={rollout}", "log_level:=info")
    done = launched(install, "pianomime", "play.launch.py", *arguments)
    assert done.returncode == 0, done.stdout
    assert "missed deadlines 0" in done.stdout
    assert "end of the song" in done.stdout
    assert "Traceback" not in done.stdout
    assert rollout.is_file()


@pytest.mark.parametrize(
    ("argument", "words"),
    [
        ("contoller:=onnx", "unknown launch argument 'contoller'"),
        ("controller:=nobody", "unknown controller 'nobody'"),
        ("speed:=fast", "launch argument speed is 'fast'"),
        ("midi:=nowhere.mid", "no such MIDI file: 'nowhere.mid'"),
        (f"midi:={__file__}", "is not a MIDI file"),
        ("model:=/nowhere", "no such model folder: '/nowhere'"),
    ],
)
def test_what_is_refused_ends_with_1_and_is_named(install, argument, words):  # noqa: F811
    done = launched(install, "pianomime", "play.launch.py", argument)
    assert done.returncode == 1, done.stdout
    assert words in done.stdout
    assert "Traceback" not in done.stdout


def test_a_launch_file_around_ours_outlives_the_song(install, tmp_path):  # noqa: F811
    file = tmp_path / "theirs.launch.py"
    file.write_text(f"OTHER = {OTHER!r}\n{INCLUDER}")
    done = launched(install, str(file), f"theirs:={tmp_path / 'r.npz'}")
    assert done.returncode == 0, done.stdout
    assert "[left.sim_node]" in done.stdout, "in the namespace around ours"
    assert "theirs has our settings: False" in done.stdout
    assert done.stdout.index("end of the song") < done.stdout.index("theirs goes on")
