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

"""The parameters of sim_node."""

from dataclasses import dataclass

from rclpy.node import Node

from pianomime_core.errors import UserError
from pianomime_core.hands import FOREARM_DOFS
from pianomime_core.ros_parameters import declare_number, declare_switch, declare_text
from pianomime_core.ros_prefixes import FRAME_PREFIX, JOINT_PREFIX
from pianomime_core.timing import FRAMES_PER_SECOND
from pianomime_description.variant import SceneConfig
from pianomime_sim.playback import PlaybackConfig


@dataclass(frozen=True)
class SimParameters:
    """The parameters of sim_node.

    Attributes:
        scene: Robot and piano.
        playback: How the song is played.
        controller: Name of the controller, for the metadata of the rollout only.
        rollout, score: Files to write at the end; empty for none.
        wait_for: Nodes that the song waits for, separated by commas.
        takes_over: This simulator replaces one that died; no other is looked for.
        session_steps: Live: control steps to play at most; None for a song.
        stay: Wait for the next song at the end of one.
        joint_prefix, frame_prefix: See `pianomime_core.ros_prefixes`.
    """

    scene: SceneConfig
    playback: PlaybackConfig
    controller: str
    rollout: str
    score: str
    wait_for: str
    takes_over: bool
    session_steps: int | None
    stay: bool
    joint_prefix: str
    frame_prefix: str


def declare_parameters(node: Node) -> SimParameters:
    """Declare and read all parameters.

    Raises:
        UserError: A value is illegal; the message lists the legal ones.
    """
    variant = declare_text(node, "variant", "pianomime", "Hands to simulate", legal=tuple(FOREARM_DOFS))
    collisions = declare_switch(node, "hand_collisions", False, "Hands and fingers collide with one another")
    sync = declare_switch(node, "sync", False, "Wait for the command of every step instead of keeping real time")
    stale_hold_s = declare_number(
        node, "stale_hold_s", 0.5, "Seconds without a new command before the hands lift", lowest=0.05, highest=10.0
    )
    give_up_s = declare_number(
        node,
        "give_up_s",
        60.0,
        "Seconds after which an unanswered state (the first; with sync any) aborts the song",
        lowest=1.0,
        highest=3600.0,
    )
    controller = declare_text(node, "controller", "", "Name of the controller, for the metadata of the rollout only")
    rollout = declare_text(node, "rollout", "", "File (.npz) to write at the end of the song; empty for none")
    score = declare_text(node, "score", "", "File (.json) for the last /piano/score of the song; empty for none")
    wait_for = declare_text(node, "wait_for", "", "Nodes that the song waits for, separated by commas; empty for none")
    takes_over = declare_switch(
        node, "takes_over", False, "Replaces a simulator that died: do not look for another one"
    )
    session_s = declare_number(
        node,
        "session_s",
        0.0,
        "Live: begin without /piano/song and play until interrupted, at most this many seconds; 0 for a song",
        lowest=0.0,
        highest=7200.0,
    )
    stay = declare_switch(
        node, "stay", False, "Wait for the next song (piano/play) at the end of one, instead of ending"
    )
    if stay and session_s > 0:
        raise UserError("sim_node parameters stay and session_s exclude one another: live music has no next song")
    return SimParameters(
        scene=SceneConfig(variant=variant, hand_collisions=collisions),
        playback=PlaybackConfig(sync=sync, stale_hold_s=stale_hold_s, give_up_s=give_up_s),
        controller=controller,
        rollout=rollout,
        score=score,
        wait_for=wait_for,
        takes_over=takes_over,
        session_steps=round(session_s * FRAMES_PER_SECOND) if session_s > 0 else None,
        stay=stay,
        joint_prefix=declare_text(node, "joint_prefix", "", JOINT_PREFIX),
        frame_prefix=declare_text(node, "frame_prefix", "", FRAME_PREFIX),
    )
