"""Deadlines missed while other nodes join and leave a graph that plays in real time, for both transports.

A listener with ROS 2's default settings (`ros2 topic echo /piano/score`) joins every few seconds for one and a half
seconds; some leave before they have discovered the graph. "loopback" is the default transport of our nodes, "shared
memory" what ROS 2 chooses on one machine; see docs/ros.md, "Transport".
"""

import os
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

import tyro
from rich.console import Console
from rich.table import Table

from pianomime_core.metrics import score
from pianomime_core.rollout import Rollout
from pianomime_core.ros_environment import DISCOVERY, PROFILES, missing_ros_settings

LISTENING_S = 1.5
PAUSE_S = 1.0
SHARED_MEMORY = {DISCOVERY: "LOCALHOST"}
_LISTENER = """
import time, rclpy
from diagnostic_msgs.msg import DiagnosticArray
rclpy.init()
node = rclpy.create_node("listener")
heard = []
node.create_subscription(DiagnosticArray, "/piano/score", heard.append, 1)
end_s = time.monotonic() + {seconds}
while time.monotonic() < end_s:
    rclpy.spin_once(node, timeout_sec=0.1)
raise SystemExit(not heard)
"""


@dataclass(frozen=True)
class JoiningOptions:
    """Let listeners join and leave.

    Attributes:
        song: Bundled song or MIDI file.
        controller: Name of the controller.
        runs: Performances with each transport, alternating.
    """

    song: str = "minuet_in_g"
    controller: str = "onnx"
    runs: int = 2


def main(options: JoiningOptions | None = None) -> int:
    """Print the table."""
    options = options or JoiningOptions()
    console = Console()
    transports = {"loopback": missing_ros_settings({}), "shared memory": missing_ros_settings({}) | SHARED_MEMORY}
    del transports["shared memory"][PROFILES]
    table = Table(
        "transport", "run", "listeners", "heard", "steps", "missed deadlines", "F1", title="others join a song"
    )
    for run in range(options.runs):
        for name, settings in transports.items():
            joined, heard, played = _perform(options, settings)
            missed, f1 = len(played.metadata["missed_steps"]), score(played.goal, played.pressed).f1
            table.add_row(name, f"{run + 1}", f"{joined}", f"{heard}", f"{len(played.goal)}", f"{missed}", f"{f1:.4f}")
    console.print(table)
    return 0


def _perform(options: JoiningOptions, settings: dict[str, str]) -> tuple[int, int, Rollout]:
    """Return how many listeners joined, how many received the score, and the performance."""
    own = {name: value for name, value in os.environ.items() if name not in (DISCOVERY, PROFILES)}
    with tempfile.TemporaryDirectory(prefix="pianomime-") as folder:
        rollout = Path(folder) / "played.npz"
        command = [str(Path(sys.executable).with_name("pianomime")), "play", options.song]
        command += ["--controller", options.controller, "--no-sound", "--rollout", str(rollout)]
        play = subprocess.Popen(command, env=own | settings, stdout=subprocess.DEVNULL)
        joined = heard = 0
        while play.poll() is None:
            time.sleep(PAUSE_S)
            listener = [sys.executable, "-c", _LISTENER.format(seconds=LISTENING_S)]
            left = subprocess.run(listener, env=own | missing_ros_settings({}) | SHARED_MEMORY, check=False)
            joined, heard = joined + 1, heard + (left.returncode == 0)
        if play.returncode:
            raise SystemExit(play.returncode)
        return joined, heard, Rollout.load(rollout)


if __name__ == "__main__":
    sys.exit(main(tyro.cli(JoiningOptions)))
