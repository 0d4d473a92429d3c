"""Against RoboPianist's own table of constants, read from the wheel without importing the package."""

import importlib.util
import math
from pathlib import Path

import mujoco
import numpy as np
import pytest

from pianomime_core.keyboard import KEY_NAMES, KEYBOARD
from pianomime_description.piano_spec import add_piano

WHEEL = Path(importlib.util.find_spec("robopianist").submodule_search_locations[0])


@pytest.fixture(scope="module")
def constants():
    spec = importlib.util.spec_from_file_location("constants", WHEEL / "models" / "piano" / "piano_constants.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def piano():
    spec = mujoco.MjSpec()
    spec.compiler.degree = False
    add_piano(spec)
    return spec.compile()


def test_keys_weigh_spring_and_turn_as_in_robopianist(piano, constants):
    assert [piano.joint(index).name for index in range(piano.njnt)] == list(KEY_NAMES)
    for name, is_black in zip(KEY_NAMES, KEYBOARD.is_black, strict=True):
        kind = "BLACK" if is_black else "WHITE"
        joint, body, geom = piano.joint(name), piano.body(name), piano.geom(name)
        assert joint.range[1] == getattr(constants, f"{kind}_KEY_JOINT_MAX_ANGLE")
        assert joint.stiffness[0] == getattr(constants, f"{kind}_KEY_STIFFNESS")
        assert joint.damping[0] == getattr(constants, f"{kind}_JOINT_DAMPING")
        assert joint.armature[0] == getattr(constants, f"{kind}_JOINT_ARMATURE")
        assert joint.qpos_spring[0] == math.radians(getattr(constants, f"{kind}_KEY_SPRINGREF"))
        assert body.mass[0] == getattr(constants, f"{kind}_KEY_MASS")
        size_m = [getattr(constants, f"{kind}_KEY_{side}") for side in ("LENGTH", "WIDTH", "HEIGHT")]
        np.testing.assert_allclose(2 * geom.size, size_m)


def test_middle_c_stands_where_counting_white_keys_puts_it(piano):
    # The 24th white key: 23 pitches of 23.5 mm from the centre of the lowest one.
    data = mujoco.MjData(piano)
    mujoco.mj_kinematics(piano, data)
    np.testing.assert_allclose(data.body("key_60").xpos, (0, -1.221 / 2 + 0.01125 + 23 * 0.0235, 0.01125), atol=1e-12)


def test_a_white_key_goes_down_by_a_centimetre_at_its_near_edge(piano):
    data = mujoco.MjData(piano)
    data.joint("key_60").qpos[0] = piano.joint("key_60").range[1]
    mujoco.mj_kinematics(piano, data)
    near_top = data.geom("key_60").xpos + data.geom("key_60").xmat.reshape(3, 3) @ (0.075, 0, 0.01125)
    # Turning by atan(10/150) lowers the near edge by 10 mm times the cosine; its thickness takes back little.
    assert near_top[2] == pytest.approx(0.0225 - 0.01, abs=1e-4)


def test_keys_do_not_touch_each_other_or_the_case(piano):
    assert not np.any(piano.geom_contype[piano.geom_bodyid > 0])
    assert np.all(piano.geom_conaffinity[piano.geom_bodyid > 0] == 1)
