"""The generalist: one frozen policy for any music, in the place of the planner's searches and solvers.

    goal window -> fingering network -> hand path, fingertip targets -> posture network -> tracking -> actuator targets

The networks decide; geometry is code: where a key is, how a finger travels, the hand's path through the places its
fingers ask for, and the linear feedback law of `tracking`. PianoMime (arXiv 2407.18178) has the same two levels; there
the high level answers with coordinates of fingertips.
"""

from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pianomime_core.hands import SIDES, forearm_dofs, joint_names, target_names
from pianomime_core.timing import CONTROL_TIMESTEP_S
from pianomime_description.hand_spec import build_hand
from pianomime_description.variant import SceneConfig
from pianomime_policy.generalist.fingering_choices import ChoiceConfig, FingeringChoices
from pianomime_policy.generalist.learned_fingering import LearnedFingering
from pianomime_policy.generalist.learned_hand import LearnedHand, feature_layout, units
from pianomime_policy.network_file import NetworkFile
from pianomime_policy.planner.fingering import Fingering
from pianomime_policy.planner.performer import MakeHand
from pianomime_policy.planner.planner import Planner, PlannerConfig

FORMAT = 1
FINGERING_FILE, POSTURES_FILE = "fingering.onnx", "postures.onnx"

Network = Callable[[NDArray[np.float32]], NDArray[np.float32]]
"""Features (R, D) -> answers (R, ...)."""


@dataclass(frozen=True)
class GeneralistConfig:
    """What the networks were trained with.

    Attributes:
        planner: The teacher, whose geometry and feedback law the policy uses.
        choices: What the fingering network chooses from.
        passes: Times that the posture network is asked at every step.
    """

    planner: PlannerConfig = field(default_factory=lambda: PlannerConfig(horizon_steps=40))
    choices: ChoiceConfig = field(default_factory=ChoiceConfig)
    passes: int = 2


def contract(role: str, variant: str, config: GeneralistConfig) -> dict[str, Any]:
    """What the metadata of a network must say; `role` is "fingering" or "postures"."""
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
    return {
        **common,
        "observation": feature_layout(len(right)),
        "coordinates": coordinates,
        "units": units(coordinates),
    }


def fingers_by(scores: Network, config: GeneralistConfig) -> Callable[[], Fingering]:
    """Fingering by a network, for `Planner`."""
    return partial(LearnedFingering, FingeringChoices(config.choices, config.planner.fingering), scores)


def hands_by(postures: Network, config: GeneralistConfig) -> MakeHand:
    """Hands moved by a network, for `Planner`."""
    return partial(LearnedHand, postures=postures, passes=config.passes)


class Generalist(Planner):
    """The `Controller` "onnx": the policy of a model folder."""

    def __init__(self, scene: SceneConfig, model: Path, horizon_steps: int) -> None:
        """
        Args:
            scene: Its hands.
            model: Folder with `FINGERING_FILE` and `POSTURES_FILE`.
            horizon_steps: Goal rows it sees; the networks were trained on up to as many as their metadata say.

        Raises:
            UserError: A file is missing or was made for something else; the message lists the differences.
        """
        config = GeneralistConfig()
        self.networks: Mapping[str, NetworkFile] = {
            role: NetworkFile.load(model / file, contract(role, scene.variant, config))
            for role, file in (("fingering", FINGERING_FILE), ("postures", POSTURES_FILE))
        }
        scores, postures = (partial(_answer, network) for network in self.networks.values())
        super().__init__(
            scene.variant,
            replace(config.planner, horizon_steps=horizon_steps),
            fingers_by(scores, config),
            hands_by(postures, config),
        )


def _answer(network: NetworkFile, features: NDArray[np.float32]) -> NDArray[np.float32]:
    return network.run(features=features)[0]
