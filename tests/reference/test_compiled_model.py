"""Our scene and RoboPianist's compile to the same numbers, in every field that physics reads."""

import mujoco
import numpy as np
import pytest
from robopianist.models.hands.shadow_hand_constants import FINGERTIP_BODIES
from robopianist_reference import load_song, make_environment

from pianomime_core.hands import FINGERS, SIDES, forearm_dofs, joint_names, target_names
from pianomime_core.keyboard import KEY_NAMES
from pianomime_description import SceneConfig, build_scene, fingertip_site

CONFIGS = {
    "pianomime": SceneConfig(),
    "pianomime, hand collisions": SceneConfig(hand_collisions=True),
    "robopianist": SceneConfig("robopianist", hand_collisions=True, gravity_compensation=False),
    "robopianist, no collisions, weightless": SceneConfig("robopianist"),
}

NOT_PHYSICS = (
    # What cameras and renderers see. Ours has no cameras, no starry sky, and colours on the keys instead of materials.
    *("cam_", "ncam", "mat_", "nmat", "tex_", "ntex", "geom_matid", "geom_rgba"),
    # RoboPianist feeds rewards and observations from sensors, which sit on sites; here only fingertips have sites.
    *("sensor_", "nsensor", "site_", "nsite"),
    # Names, file paths, and sizes and checksums that count them.
    *("name", "nnames", "npaths", "mesh_pathadr", "nbuffer", "signature"),
)


@pytest.fixture(scope="module", params=CONFIGS.values(), ids=CONFIGS)
def models(request):
    environment = make_environment(load_song("CMajorScaleTwoHands"), request.param)
    environment.reset()
    return request.param, build_scene(request.param).compile(), environment.physics.model._model


def numbers_of(struct) -> dict:
    fields = {name: getattr(struct, name) for name in dir(struct) if not name.startswith("_")}
    return {name: value for name, value in fields.items() if isinstance(value, int | float | np.ndarray)}


def test_every_field_that_physics_reads_is_equal_to_the_last_bit(models):
    _, ours, theirs = models
    compared = {name for name in numbers_of(theirs) if not name.startswith(NOT_PHYSICS)}
    assert {"body_mass", "dof_damping", "jnt_range", "geom_solref", "actuator_gainprm", "mesh_vert"} <= compared
    different = [name for name in compared if not np.array_equal(getattr(ours, name), getattr(theirs, name))]
    assert different == []


def test_every_option_is_equal(models):
    _, ours, theirs = models
    options = numbers_of(theirs.opt)
    assert len(options) > 20
    for name, value in options.items():
        np.testing.assert_array_equal(getattr(ours.opt, name), value, err_msg=name)
    assert ours.stat.meaninertia == theirs.stat.meaninertia


def test_names_mean_the_same_joints_actuators_and_keys(models):
    config, ours, theirs = models
    forearm = forearm_dofs(config.variant)

    def plain(name: str) -> str:
        scope, _, element = name.partition("/")
        if scope == "piano":
            return f"key_{int(element.rsplit('_', 1)[1]) + 21}"
        element = element.removeprefix(f"{scope[:2]}_").removeprefix("A_")
        return f"{scope[:2]}_{element}"

    their_joints = [plain(theirs.joint(index).name) for index in range(theirs.njnt)]
    their_actuators = [plain(theirs.actuator(index).name) for index in range(theirs.nu)]
    assert their_joints == [*KEY_NAMES, *joint_names(forearm)]
    assert their_joints == [ours.joint(index).name for index in range(ours.njnt)]
    assert their_actuators == list(target_names(forearm))
    assert their_actuators == [ours.actuator(index).name for index in range(ours.nu)]


def test_fingertip_sites_are_where_robopianist_has_them(models):
    _, ours, theirs = models
    random = np.random.default_rng(0)
    our_data, their_data = mujoco.MjData(ours), mujoco.MjData(theirs)
    for _ in range(10):
        our_data.qpos[:] = their_data.qpos[:] = random.uniform(ours.jnt_range[:, 0], ours.jnt_range[:, 1])
        mujoco.mj_kinematics(ours, our_data)
        mujoco.mj_kinematics(theirs, their_data)
        for side in SIDES:
            for finger, body in zip(FINGERS, FINGERTIP_BODIES, strict=True):
                np.testing.assert_array_equal(
                    our_data.site(fingertip_site(side, finger)).xpos,
                    their_data.site(f"{side}_shadow_hand/{body}_site").xpos,
                )
