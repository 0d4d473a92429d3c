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

"""The two Shadow Hands, from the MJCF and meshes in `shadow_hand`, built as robopianist.models.hands.shadow_hand does.

Names are those of `pianomime_core.hands`: joints and bodies as in the MJCF (`rh_FFJ3`, `rh_palm`), actuators without
their `A_` (`rh_FFJ0`), and a site at the tip of each finger (`rh_thumb_tip`).
"""

from math import sqrt
from pathlib import Path
from types import MappingProxyType

import mujoco

from pianomime_core.errors import unknown_value
from pianomime_core.hands import FINGERS, SIDES
from pianomime_core.keyboard import KEYBOARD
from pianomime_description.variant import ForearmSlide, SceneConfig, hand_variant

# robopianist.suite.tasks.base: positions of the forearms when all joints are 0.
_FOREARM_POSITION_M = MappingProxyType({"rh": (0.4, 0.15, 0.13), "lh": (0.4, -0.15, 0.13)})
_FOREARM_QUATERNION = (-1.0, -1.0, 1.0, 1.0)

_DISTAL_BODIES = MappingProxyType(
    dict(zip(FINGERS, ("thdistal", "ffdistal", "mfdistal", "rfdistal", "lfdistal"), strict=True))
)
_FINGERTIP_OFFSET_M = MappingProxyType(dict(zip(FINGERS, (0.0275, 0.026, 0.026, 0.026, 0.026), strict=True)))
_FOLDER = Path(__file__).parent / "shadow_hand"
_MJCF_FILES = MappingProxyType({"rh": "right_hand.xml", "lh": "left_hand.xml"})


def fingertip_site(side: str, finger: str) -> str:
    """Return the name of the site at the tip of a finger, e.g. `rh_thumb_tip`."""
    return f"{side}_{finger}_tip"


def build_hand(side: str, variant: str) -> mujoco.MjSpec:
    """Return one hand at its place in the world, alone, for kinematics.

    Args:
        side: "rh" or "lh".
        variant: Name of the hand variant.

    Raises:
        UserError: Unknown side or variant.
    """
    spec = mujoco.MjSpec()
    attach_hand(spec, side, SceneConfig(variant=variant))
    return spec


def attach_hand(spec: mujoco.MjSpec, side: str, config: SceneConfig) -> None:
    """Add one hand to the world of `spec`, with names that begin with the side.

    Raises:
        UserError: Unknown side.
    """
    if side not in SIDES:
        raise unknown_value("side", side, SIDES)
    # A separate root body as in RoboPianist: MuJoCo computes relative to the root of a tree, and must round alike.
    root = spec.worldbody.add_body(name=f"{side}_root")
    hand = _load_hand(side, config)
    # Friction ten times as stiff as contact: the only option set in the hand's file; dm_control copies it, too.
    spec.option.impratio = hand.option.impratio
    spec.attach(hand, prefix=f"{side}_", frame=root.add_frame())


def _load_hand(side: str, config: SceneConfig) -> mujoco.MjSpec:
    # The side is removed from names here and added back on attachment, so that classes and meshes of the two hands,
    # which have no side in the file, do not clash.
    hand = mujoco.MjSpec.from_string((_FOLDER / _MJCF_FILES[side]).read_text().replace(f'"{side}_', '"'))
    hand.meshdir = str(_FOLDER / "assets")
    for actuator in hand.actuators:
        actuator.name = actuator.name.removeprefix("A_")
    for site in hand.sites:
        hand.delete(site)

    forearm = hand.body("forearm")
    forearm.pos = _FOREARM_POSITION_M[side]
    forearm.quat = _FOREARM_QUATERNION
    for slide in hand_variant(config.variant).forearm:
        _add_slide(hand, slide, _slide_range_m(slide, side))
    for finger, body in _DISTAL_BODIES.items():
        hand.body(body).add_site(name=f"{finger}_tip", pos=(0.0, 0.0, _FINGERTIP_OFFSET_M[finger]), size=(0.004, 0, 0))

    if config.gravity_compensation:
        for body in hand.bodies[1:]:
            body.gravcomp = 1.0
    if not config.hand_collisions:
        for geom in hand.geoms:
            if geom.contype or geom.conaffinity:
                # Keys have contype 0 and conaffinity 1: they still meet the hands, which no longer meet each other.
                geom.contype, geom.conaffinity = 1, 0
    return hand


def _add_slide(hand: mujoco.MjSpec, slide: ForearmSlide, range_m: tuple[float, float]) -> None:
    joint = hand.body("forearm").add_joint(
        name=slide.name, type=mujoco.mjtJoint.mjJNT_SLIDE, axis=slide.axis, range=range_m
    )
    moved_mass_kg = _subtree_mass_kg(hand.body("forearm")) + joint.armature
    joint.damping[0] = 2 * sqrt(moved_mass_kg * slide.critical_stiffness_n_per_m)
    actuator = hand.add_actuator(
        name=slide.name, trntype=mujoco.mjtTrn.mjTRN_JOINT, target=slide.name, ctrlrange=range_m
    )
    actuator.set_to_position(kp=slide.stiffness_n_per_m)


def _subtree_mass_kg(body: mujoco.MjsBody) -> float:
    # In MuJoCo's order of summation, so that the damping equals RoboPianist's to the last bit.
    mass_kg = float(body.mass)
    for child in reversed(body.bodies):
        mass_kg += _subtree_mass_kg(child)
    return mass_kg


def _slide_range_m(slide: ForearmSlide, side: str) -> tuple[float, float]:
    if slide.range_m is not None:
        return slide.range_m
    half_keyboard_m = float(KEYBOARD.center_y_m[-1] + KEYBOARD.width_m[-1] / 2)
    start_y_m = _FOREARM_POSITION_M[side][1]
    return (-half_keyboard_m - start_y_m, half_keyboard_m - start_y_m)
