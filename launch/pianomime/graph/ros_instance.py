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

"""Ensures one graph per ROS domain and namespace: two robots on the same topics would both play wrong notes."""

import os
import time
from contextlib import closing

from pianomime_core import ros_topics as topics
from pianomime_core.ros_background import BackgroundNode
from pianomime_core.ros_claim import DISCOVERY_S, refuse_if_alive
from pianomime_core.ros_environment import domain_id
from pianomime_core.ros_liveliness import ALIVE_S, Liveliness, publishers

_POLL_S = 0.05


def refuse_second_instance() -> None:
    """Search the domain of the environment for another simulator, for about a second, before anything is started.

    The simulator node searches, too (`pianomime_core.ros_claim`), but by then other nodes have begun to compile.

    Raises:
        UserError: Another simulator is running there, or the domain is out of range.
    """
    domain = domain_id(os.environ)
    looker = BackgroundNode("second_instance", domain)
    liveliness = Liveliness(looker.node)
    looker.start()
    with closing(looker):
        end_s = time.monotonic() + DISCOVERY_S
        seen = False
        while time.monotonic() < end_s:
            time.sleep(_POLL_S)
            names = publishers(looker.node, topics.HAND_STATES).values()
            if names and not seen:
                # Its reports show whether it is alive, or was killed and is still in the graph.
                seen, end_s = True, time.monotonic() + ALIVE_S
            refuse_if_alive(looker.node, liveliness, names)
