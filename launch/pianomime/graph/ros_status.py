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

"""Subscribes to one status of /piano/score or /diagnostics in a thread, for progress bars."""

from contextlib import suppress
from dataclasses import MISSING, fields

from diagnostic_msgs.msg import DiagnosticArray

from pianomime_core import ros_topics as topics
from pianomime_core.metrics import ScoreCard
from pianomime_core.ros_background import BackgroundNode
from pianomime_core.ros_named_numbers import MessageError
from pianomime_core.ros_qos import LATCHED, REPORT
from pianomime_core.ros_status_messages import read_status

_SCORES = tuple(field.name for field in fields(ScoreCard) if field.default is MISSING)
NEEDED = {
    "score": (*_SCORES, "missed_deadlines", "first_step", "step", "steps"),
    "follow_node": ("clouds",),
}
"""The numbers that a valid status must have."""


class StatusListener:
    """Keeps the newest values of a status until closed.

    Attributes:
        values: The newest numbers by name; empty before the first. Replaced as a whole, never changed.
    """

    def __init__(self, status: str) -> None:
        """`status`: One of `NEEDED`: "score", or the name of a node whose health is subscribed to."""
        topic, qos = (topics.SCORE, LATCHED) if status == "score" else (topics.DIAGNOSTICS, REPORT)
        self.values: dict[str, float] = {}
        self._status = status
        self._background = BackgroundNode("play")
        self._background.node.create_subscription(DiagnosticArray, topic, self._on_message, qos)
        self._background.start()

    def close(self) -> None:
        """Leave the graph."""
        self._background.close()

    def _on_message(self, message: DiagnosticArray) -> None:
        # Other messages on the topic are ignored.
        with suppress(MessageError):
            self.values = read_status(message, self._status, needed=NEEDED[self._status])
