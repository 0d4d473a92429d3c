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

"""The generalist: one frozen policy for any music, in place of the planner's search and solver.

    goal window -> fingering network -> hand path, fingertip targets -> posture network -> tracking -> actuator targets

The networks decide; geometry is code: where a key is, how a finger travels, the hand path through the places its
fingers need, and the linear feedback law of `tracking`. PianoMime (arXiv 2407.18178) has the same two levels; there
the high level outputs fingertip coordinates.
"""

from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pianomime_core.hands import SIDES, forearm_dofs, joint_names, target_names
from pianomime_core.setting import Setting
from pianomime_core.timing import CONTROL_TIMESTEP_S
from pianomime_description.hand_spec import build_hand
from pianomime_description.variant import SceneConfig
from pianomime_policy.controllers.generalist.fingering_choices import ChoiceConfig, FingeringChoices
from pianomime_policy.controllers.generalist.learned_fingering import LearnedFingering
from pianomime_policy.controllers.generalist.learned_hand import LearnedHand, feature_layout, units
from pianomime_policy.controllers.planner.musical_planner import MusicalPlanner
from pianomime_policy.controllers.planner.planner import Planner, PlannerConfig
from pianomime_policy.fingering.fingering import Fingering
from pianomime_policy.fingering.giving_up import GivingUpConfig
from pianomime_policy.hand_control.body_clearance import BodyClearanceConfig, clearance_of
from pianomime_policy.hand_control.hands_controller import MakeHand
from pianomime_policy.motion.motion_timing import MUSICAL
from pianomime_policy.networks.network_file import NetworkFile

FORMAT = 1
FILES = {"fingering": "fingering.onnx", "postures": "postures.onnx", "musical postures": "musical_postures.onnx"}
"""File of each network by its role. One network chooses fingers; hands are moved by one for each setting's rows."""

Network = Callable[[NDArray[np.float32]], NDArray[np.float32]]
"""Features (R, D) -> outputs (R, ...)."""


@dataclass(frozen=True)
class GeneralistConfig:
    """Settings that the networks were trained with; exported networks carry them by name.

    Attributes:
        planner: The teacher, whose geometry and feedback law the policy uses.
        choices: The choices of the fingering network.
        passes: Evaluations of the posture network per step.
    """

    planner: PlannerConfig = field(default_factory=lambda: PlannerConfig(horizon_steps=40))
    choices: ChoiceConfig = field(default_factory=ChoiceConfig)
    passes: int = 2


def contract(role: str, variant: str, config: GeneralistConfig) -> dict[str, Any]:
    """The metadata that a network must have.

    Args:
        role: One of `FILES`.
        variant: Variant of the hands.
        config: Settings it was trained with.
    """
    forearm = forearm_dofs(variant)
    hands = [build_hand(side, variant).compile() for side in SIDES]
    names = target_names(forearm)
    ranges = {hand.actuator(a).name: hand.actuator_ctrlrange[a].tolist() for hand in hands for a in range(hand.nu)}
    right = [hands[0].actuator(a).name for a in range(hands[0].nu)]
    common = {
        "role": role,
        "format": FORMAT,
        "variant": variant,
        "joint_names": joint_names(forearm),
        "target_names": names,
        "target_ranges": [ranges[name] for name in names],
        "control_timestep_s": CONTROL_TIMESTEP_S,
        "horizon_steps": config.planner.horizon_steps,
        "settings": asdict(config),
    }
    if role == "fingering":
        return {**common, "observation": config.choices.layout()}
    coordinates = [name.split("_", 1)[1] for name in right]
    musical = {"rows_per_step": MUSICAL.rows_per_step} if role == "musical postures" else {}
    return {
        **common,
        "observation": feature_layout(len(right)),
        "coordinates": coordinates,
        "units": units(coordinates),
        **musical,
    }


def fingers_by(
    scores: Network, config: GeneralistConfig, giving_up: GivingUpConfig | None = None
) -> Callable[[], Fingering]:
    """Fingering by a network, for `Planner`."""
    return partial(LearnedFingering, FingeringChoices(config.choices, config.planner.fingering, giving_up), scores)


def hands_by(postures: Network, config: GeneralistConfig) -> MakeHand:
    """Hands controlled by a network, for `Planner`."""
    return partial(LearnedHand, postures=postures, passes=config.passes)


def musical_hands_by(postures: Network, clearance: BodyClearanceConfig | None = None) -> MakeHand:
    """Hands controlled by a network, for `MusicalPlanner`: the network places the joints, and one step of inverse
    kinematics corrects them, with a clearance if hands collide. Strokes ask for more than the network can give alone:
    fingertips within a millimetre."""
    return partial(LearnedHand, postures=postures, passes=1, corrections=1, clearance=clearance)


class Generalist(Planner):
    """The `Controller` "onnx": the policy of a model folder."""

    def __init__(self, variant: str, config: GeneralistConfig, networks: Mapping[str, NetworkFile]) -> None:
        """`networks`: "fingering" and "postures"."""
        self.networks = networks
        fingers = fingers_by(partial(_answer, networks["fingering"]), config)
        super().__init__(variant, config.planner, fingers, hands_by(partial(_answer, networks["postures"]), config))


class MusicalGeneralist(MusicalPlanner):
    """The `Controller` "onnx" in the setting "musical"; as `Generalist`."""

    def __init__(self, scene: SceneConfig, config: GeneralistConfig, networks: Mapping[str, NetworkFile]) -> None:
        """`networks`: "fingering" and "musical postures"."""
        self.networks = networks
        fingers = fingers_by(partial(_answer, networks["fingering"]), config, MUSICAL.giving_up)
        hands = musical_hands_by(partial(_answer, networks["musical postures"]), clearance_of(scene))
        super().__init__(scene.variant, config.planner, fingers, hands)


def build(scene: SceneConfig, model: Path, horizon_steps: int, setting: Setting) -> Planner:
    """The policy of a model folder in a setting.

    Args:
        scene: The robot.
        model: Folder with `FILES`.
        horizon_steps: Goal rows it sees, at most as many as the networks were trained with.
        setting: In which it plays.

    Raises:
        UserError: A file is missing or does not fit this robot; the message lists the differences.
    """
    config = GeneralistConfig()
    roles = ("fingering", "musical postures" if setting is Setting.MUSICAL else "postures")
    networks = {role: NetworkFile.load(model / FILES[role], contract(role, scene.variant, config)) for role in roles}
    config = replace(config, planner=replace(config.planner, horizon_steps=horizon_steps))
    if setting is Setting.MUSICAL:
        return MusicalGeneralist(scene, config, networks)
    return Generalist(scene.variant, config, networks)


def _answer(network: NetworkFile, features: NDArray[np.float32]) -> NDArray[np.float32]:
    return network.run(features=features)[0]
