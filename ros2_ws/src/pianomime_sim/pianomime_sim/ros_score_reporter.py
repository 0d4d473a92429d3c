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

"""Reports the score of a song on /piano/score, while it plays and at the end, and writes score and rollout files."""

import json
from pathlib import Path

import numpy as np
from diagnostic_msgs.msg import DiagnosticArray
from numpy.typing import NDArray
from rclpy.duration import Duration
from rclpy.node import Node

from pianomime_core import ros_topics as topics
from pianomime_core.errors import UserError
from pianomime_core.rollout import Rollout
from pianomime_core.ros_qos import LATCHED
from pianomime_core.ros_status_messages import status_message
from pianomime_core.whole_file import write_whole
from pianomime_physics.simulator import Simulator
from pianomime_sim.playback import Playback
from pianomime_sim.rollout_metadata import rollout_metadata
from pianomime_sim.scoreboard import Scoreboard

DELIVERY_S = 2.0
"""How long the end of the song waits for delivery of the last score."""


class ScoreReporter:
    """Publishes and writes the score of a song.

    Args:
        node: The publishing node.
        rollout: npz file to write at the end; empty for none.
        score: json file for the last score; empty for none.

    Raises:
        UserError: The folder of a file does not exist.
    """

    def __init__(self, node: Node, rollout: str, score: str) -> None:
        self._log = node.get_logger()
        self._rollout = _output("rollout", rollout)
        self._score = _output("score", score)
        self._written = 0
        self._publisher = node.create_publisher(DiagnosticArray, topics.SCORE, LATCHED)

    def report(self, board: Scoreboard, playback: Playback) -> None:
        """Publish the score so far, if there is one."""
        if board.begun:
            self._publisher.publish(status_message("score", _values(board, playback), step=board.played))

    def finish(self, board: Scoreboard, playback: Playback) -> None:
        """Publish and write the last score."""
        if not board.begun:
            self._log.warning("there is nothing to score: no goal ever came for what was played")
            return
        values = {**_values(board, playback), "finished": 1, **playback.times_ms()}
        self._publisher.publish(status_message("score", values, step=board.played))
        if self._score is not None:
            # When a short song ends, a subscriber may not have been discovered yet; a file remains.
            text = json.dumps(values)
            try:
                write_whole(self._score, lambda path: path.write_text(text, encoding="utf-8"))
            except OSError as error:
                self._log.error(f"score {str(self._score)!r} cannot be written: {error.strerror}")
        else:
            # Without a file nothing else prints it.
            self._log.info(
                f"F1 {values['f1']:.4f}, onset F1 {values['onset_f1']:.4f}, step {values['step']:.0f}, "
                f"missed deadlines {values['missed_deadlines']:.0f}"
            )
        self._publisher.wait_for_all_acked(Duration(seconds=DELIVERY_S))

    def write_rollout(
        self,
        board: Scoreboard,
        playback: Playback,
        simulator: Simulator,
        start: NDArray[np.float64],
        sync: bool,
        controller: str,
    ) -> None:
        """Write the rollout from joint positions `start` (n,) [rad, m]: song.npz, song-2.npz and so on.

        Raises:
            UserError: The file cannot be written.
        """
        if self._rollout is None or not board.begun:
            return
        self._written += 1
        number = f"-{self._written}" if self._written > 1 else ""
        file = self._rollout.with_stem(f"{self._rollout.stem}{number}")
        played = slice(board.first, board.played)
        Rollout.of_steps(
            goal=board.goal[played],
            goal_pedal=board.goal_pedal[played],
            pedal=np.array(playback.pedals),
            targets=playback.targets,
            pressed=playback.pressed,
            target_names=simulator.target_names,
            joint_names=simulator.joint_names,
            initial_joint_positions=start,
            metadata=rollout_metadata(
                simulator.config,
                controller,
                board.card(),
                sync=sync,
                missed_steps=playback.missed_steps,
                first_step=board.first,
            ),
        ).save(file)
        if self._score is None:  # else the command that reads the score named the rollout
            self._log.info(f"rollout written to {file}")


def _values(board: Scoreboard, playback: Playback) -> dict[str, float]:
    return {
        **board.card().as_dict(),
        "step": board.played,
        "steps": len(board.goal),
        "first_step": board.first,
        "missed_deadlines": len(playback.missed_steps),
        "finished": 0,
    }


def _output(parameter: str, text: str) -> Path | None:
    path = Path(text)
    if text and not path.parent.is_dir():
        raise UserError(f"{parameter} {text!r}: there is no folder {str(path.parent)!r}")
    return path if text else None
