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

"""Names of the joints and actuator targets of the two Shadow Hands.

A name is side + "_" + element: `rh_FFJ3` is the proximal joint of the right index finger, `lh_forearm_tx` the slide of
the left forearm along the keyboard. Target names are RoboPianist's actuator names without their `A_`; the target `FFJ0`
drives the sum of the coupled joints `FFJ2` and `FFJ1` through a tendon.

Two orders exist in RoboPianist; code here looks names up and never counts, but arrays need one order each:

* joints: the order of qpos in the compiled model: right hand first, the forearm slides before the wrist because MuJoCo
  numbers joints from parent to child body. (`ShadowHand.joints` lists the same joints with the slides last.)
* targets: the order of the action, which is also that of the compiled actuators: right hand first, slides last.
"""

from types import MappingProxyType

from pianomime_core.errors import UserError, unknown_value

SIDES = ("rh", "lh")
FINGERS = ("thumb", "index", "middle", "ring", "little")
FINGER_PREFIXES = ("TH", "FF", "MF", "RF", "LF")
"""How the names of each finger's joints begin; those of its bodies in small letters."""
HAND_PARTS = (*FINGERS, "palm", "forearm")
"""What can touch; the wrist counts as palm."""

FOREARM_DOFS = MappingProxyType(
    {
        "pianomime": ("forearm_tx", "forearm_ty", "forearm_tz"),
        "robopianist": ("forearm_tx", "forearm_ty"),
    }
)
"""Forearm slides of each variant: tx along the keyboard, ty depth, tz height. 54 joints, 46 targets, or 52 and 44."""

_FINGER_OF_PREFIX = MappingProxyType(dict(zip(FINGER_PREFIXES, FINGERS, strict=True)))

# robopianist/models/hands/third_party/shadow_hand/right_hand.xml, from the wrist down the tree of bodies.
_JOINTS = (
    *("WRJ2", "WRJ1"),
    *("FFJ4", "FFJ3", "FFJ2", "FFJ1"),
    *("MFJ4", "MFJ3", "MFJ2", "MFJ1"),
    *("RFJ4", "RFJ3", "RFJ2", "RFJ1"),
    *("LFJ5", "LFJ4", "LFJ3", "LFJ2", "LFJ1"),
    *("THJ5", "THJ4", "THJ3", "THJ2", "THJ1"),
)
# The <actuator> section of the same file.
_TARGETS = (
    *("WRJ2", "WRJ1"),
    *("THJ5", "THJ4", "THJ3", "THJ2", "THJ1"),
    *("FFJ4", "FFJ3", "FFJ0"),
    *("MFJ4", "MFJ3", "MFJ0"),
    *("RFJ4", "RFJ3", "RFJ0"),
    *("LFJ5", "LFJ4", "LFJ3", "LFJ0"),
)


def forearm_dofs(variant: str) -> tuple[str, ...]:
    """Return the forearm slides of a hand variant.

    Raises:
        UserError: The variant is unknown; the message lists the known ones.
    """
    if variant not in FOREARM_DOFS:
        raise unknown_value("hand variant", variant, FOREARM_DOFS)
    return FOREARM_DOFS[variant]


def joint_names(forearm: tuple[str, ...] = FOREARM_DOFS["pianomime"]) -> tuple[str, ...]:
    """Return the joint names of both hands in the order of the compiled model's qpos (rad, slides in m)."""
    return tuple(f"{side}_{name}" for side in SIDES for name in (*forearm, *_JOINTS))


def target_names(forearm: tuple[str, ...] = FOREARM_DOFS["pianomime"]) -> tuple[str, ...]:
    """Return the actuator target names of both hands in the order of RoboPianist's action (rad, slides in m)."""
    return tuple(f"{side}_{name}" for side in SIDES for name in (*_TARGETS, *forearm))


def target_joints(target: str) -> tuple[str, ...]:
    """Return the joints whose sum a target commands: one, or two for the coupled finger joints (`rh_FFJ0`)."""
    if target.endswith("J0"):
        return (f"{target[:-1]}2", f"{target[:-1]}1")
    return (target,)


def name_order(wanted: tuple[str, ...], given: tuple[str, ...], what: str, parts: str) -> list[int]:
    """Return the index of each wanted name among those given: `array[name_order(...)]` is in the wanted order.

    Args:
        wanted, given: Joint or target names.
        what: "joint" or "target", for the message.
        parts: What the names belong to, for the message.

    Raises:
        UserError: A name is missing on either side.
    """
    if set(wanted) != set(given):
        unmatched = ", ".join(sorted(set(wanted) ^ set(given)))
        raise UserError(f"{parts} are of different hands: {what} names without partner: {unmatched}")
    return [given.index(name) for name in wanted]


def side_of(name: str) -> str:
    """Return the side, "rh" or "lh", of a joint or target name."""
    side = name.split("_", 1)[0]
    if side not in SIDES:
        raise ValueError(f"{name!r} does not begin with one of {SIDES}")
    return side


def finger_of(name: str) -> str | None:
    """Return the finger (one of FINGERS) a joint or target name belongs to; None for wrist and forearm."""
    return _FINGER_OF_PREFIX.get(name.split("_", 1)[1][:2])


def hand_part(body: str) -> str:
    """Return the part of the hand (one of `HAND_PARTS`) that a body of a model belongs to, by its name: "rh_ffmiddle"
    is of the index finger."""
    name = body.split("_", 1)[1]
    if name == "lfmetacarpal":  # the edge of the palm, below the little finger
        return "palm"
    finger = _FINGER_OF_PREFIX.get(name[:2].upper())
    return finger or ("forearm" if name == "forearm" else "palm")
