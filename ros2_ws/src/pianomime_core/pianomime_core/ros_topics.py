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

"""The names of topics and services, and of the world frame. Names are relative: the namespace of the nodes moves a
whole robot, and two robots in two namespaces do not receive each other's messages.

Only /diagnostics is absolute, as the tools of ROS 2 expect it; node names there include the namespace. The clock is
relative, too: without a namespace it is the /clock of ROS 2's time sources, and two simulators in two namespaces do not
disturb each other's time.
"""

SONG = "piano/song"
GOAL = "piano/goal"
KEY_STATES = "piano/joint_states"
KEY_EVENTS = "piano/key_events"
SCORE = "piano/score"
TRANSPORT = "piano/transport"
PAUSE = "piano/pause"
RESTART = "piano/restart"
PLAY = "piano/play"
STOP = "piano/stop"
START = "hands/start"
HAND_STATES = "hands/joint_states"
COMMAND = "hands/command"
FINGERTIP_TARGETS = "hands/fingertip_targets"
MESHES = "hands/meshes"
HUMAN_FINGERTIPS = "hands/human_fingertips"
HUMAN_MARKERS = "hands/human_markers"
HUMAN_IMAGE = "hands/human_image"
IMAGE = "camera/image_raw"
"""Default topic for camera images."""
MARKERS = "markers"
DESCRIPTION = "robot_description"
CLOCK = "clock"
DIAGNOSTICS = "/diagnostics"

WORLD = "world"
"""The world frame, without the prefix a robot may have (`ros_prefixes`)."""
