"""RoboPianist's own environment, stock or changed as PianoMime's authors changed it: the truth to compare with."""

import sys
import types
from dataclasses import replace
from pathlib import Path
from typing import Any
from unittest import mock

# RoboPianist imports its audio player with its songs, and that needs two system libraries.
for _name in ("pyaudio", "fluidsynth"):
    sys.modules.setdefault(_name, types.ModuleType(_name))

from mujoco_utils import composer_utils  # noqa: E402
from robopianist.models.hands import shadow_hand  # noqa: E402
from robopianist.music import load, midi_file  # noqa: E402
from robopianist.suite.tasks.piano_with_shadow_hands import PianoWithShadowHands  # noqa: E402
from robopianist.wrappers.evaluation import MidiEvaluationWrapper  # noqa: E402

from pianomime_description import SceneConfig  # noqa: E402

_PIANOMIME_FOREARM = {
    **shadow_hand._FOREARM_DOFS,
    "forearm_ty": replace(shadow_hand._FOREARM_DOFS["forearm_ty"], joint_range=(-0.1, 0.1)),
}
_PIANOMIME_GAIN = 3


def load_song(name_or_path: str | Path) -> midi_file.MidiFile:
    """Return one of RoboPianist's own songs, or a MIDI file read by its code."""
    return load(name_or_path)


def make_environment(midi: midi_file.MidiFile, config: SceneConfig) -> MidiEvaluationWrapper:
    """Return RoboPianist's environment for `config`, wrapped in its metric. An action is targets and sustain pedal."""
    options: dict[str, Any] = {
        "disable_hand_collisions": not config.hand_collisions,
        "gravity_compensation": config.gravity_compensation,
        "change_color_on_activation": True,
        "control_timestep": 0.05,
        "n_steps_lookahead": 10,
    }
    if config.variant == "robopianist":
        task = PianoWithShadowHands(midi=midi, **options)
    else:
        with mock.patch.object(shadow_hand, "_FOREARM_DOFS", _PIANOMIME_FOREARM):
            task = PianoWithShadowHands(midi=midi, forearm_dofs=("forearm_tx", "forearm_ty", "forearm_tz"), **options)
        for hand in (task.right_hand, task.left_hand):
            for actuator in hand.actuators:
                if actuator.name.startswith("forearm"):
                    actuator.kp *= _PIANOMIME_GAIN
    # One contact point for each mesh fingertip, as in the MuJoCo versions of the published numbers.
    task.root_entity.mjcf_model.option.flag.multiccd = "disable"
    environment = composer_utils.Environment(
        task=task, recompile_physics=False, strip_singleton_obs_buffer_dim=True, random_state=0
    )
    return MidiEvaluationWrapper(environment)
