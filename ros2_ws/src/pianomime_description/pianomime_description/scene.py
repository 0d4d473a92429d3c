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

"""The whole scene: stage, piano, right hand, left hand (robopianist.suite.tasks, models.arenas.stage)."""

import mujoco

from pianomime_core.hands import SIDES
from pianomime_core.timing import PHYSICS_TIMESTEP_S
from pianomime_description.hand_spec import attach_hand
from pianomime_description.piano_spec import add_piano
from pianomime_description.variant import SceneConfig

_SLEEP_TOLERANCE_RAD_PER_S = 1e-10
"""Speed below which a key sleeps: seven orders below MuJoCo's default, so that only rounding changes."""


def build_scene(config: SceneConfig) -> mujoco.MjSpec:
    """Return the scene as an uncompiled spec; `build_scene(config).compile()` is the model.

    Units are m, kg, s and rad; x points towards the player, y along the keyboard to the treble, z up. Joints are
    ordered as keys, right hand, left hand, but should be looked up by name.
    """
    spec = mujoco.MjSpec()
    spec.modelname = "pianomime"
    spec.compiler.degree = False
    spec.option.timestep = PHYSICS_TIMESTEP_S
    # One contact point per mesh fingertip, not many, as in the MuJoCo versions of the published numbers.
    spec.option.disableflags |= mujoco.mjtDisableBit.mjDSBL_MULTICCD
    if config.resting_keys_sleep:
        spec.option.enableflags |= mujoco.mjtEnableBit.mjENBL_SLEEP
        spec.option.sleep_tolerance = _SLEEP_TOLERANCE_RAD_PER_S
    _add_stage(spec)
    add_piano(spec)
    for side in SIDES:
        attach_hand(spec, side, config)
    return spec


def _add_stage(spec: mujoco.MjSpec) -> None:
    """Add lights and floor, which only cameras see."""
    spec.stat.extent = 0.6
    spec.stat.center = (0.2, 0.0, 0.3)
    spec.visual.global_.azimuth = 180
    spec.visual.global_.elevation = -50
    spec.worldbody.add_light(pos=(0.0, 0.0, 1.0))
    spec.worldbody.add_light(pos=(0.3, 0.0, 1.0), dir=(0.0, 0.0, -1.0))
    spec.add_texture(
        name="floor",
        type=mujoco.mjtTexture.mjTEXTURE_2D,
        builtin=mujoco.mjtBuiltin.mjBUILTIN_CHECKER,
        rgb1=(0.1, 0.1, 0.1),
        rgb2=(0.2, 0.2, 0.2),
        width=512,
        height=512,
    )
    floor = spec.add_material(name="floor", texrepeat=(1, 1), texuniform=True, reflectance=0.2)
    floor.textures[mujoco.mjtTextureRole.mjTEXROLE_RGB] = "floor"
    spec.worldbody.add_geom(
        name="floor",
        type=mujoco.mjtGeom.mjGEOM_PLANE,
        size=(1, 1, 0.05),
        material="floor",
        contype=0,
        conaffinity=0,
    )
