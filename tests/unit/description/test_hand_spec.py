import mujoco
import numpy as np
import pytest

from pianomime_core.errors import UserError
from pianomime_core.hands import FINGERS, SIDES
from pianomime_description import SceneConfig, build_hand, build_scene, fingertip_site


@pytest.fixture(scope="module")
def scene():
    return build_scene(SceneConfig()).compile()


def posed(model, joints: dict[str, float]):
    data = mujoco.MjData(model)
    for name, position in joints.items():
        data.joint(name).qpos[0] = position
    mujoco.mj_kinematics(model, data)
    return data


def tip(data, side: str, finger: str):
    return data.site(fingertip_site(side, finger)).xpos


@pytest.mark.parametrize("side", SIDES)
def test_hand_alone_stands_exactly_where_the_scene_has_it(scene, side):
    hand = build_hand(side, "pianomime").compile()
    random = np.random.default_rng(3)
    names = [hand.joint(index).name for index in range(hand.njnt)]
    assert len(names) == 27
    for _ in range(5):
        joints = {name: random.uniform(*scene.joint(name).range) for name in names}
        alone, together = posed(hand, joints), posed(scene, joints)
        for finger in FINGERS:
            np.testing.assert_allclose(tip(alone, side, finger), tip(together, side, finger), rtol=0, atol=1e-12)
        for index in range(1, hand.nbody):
            name = hand.body(index).name
            np.testing.assert_allclose(alone.body(name).xpos, together.body(name).xpos, rtol=0, atol=1e-12)
            np.testing.assert_allclose(alone.body(name).xmat, together.body(name).xmat, rtol=0, atol=1e-12)


def test_hands_stand_in_front_of_the_keys_with_thumbs_inside(scene):
    data = posed(scene, {})
    for side, y_m in (("rh", 0.15), ("lh", -0.15)):
        np.testing.assert_allclose(data.body(f"{side}_forearm").xpos, (0.4, y_m, 0.13), atol=1e-12)
    assert tip(data, "rh", "thumb")[1] < tip(data, "rh", "index")[1] < tip(data, "rh", "little")[1]
    assert tip(data, "lh", "thumb")[1] > tip(data, "lh", "index")[1] > tip(data, "lh", "little")[1]


@pytest.mark.parametrize("side", SIDES)
def test_slides_move_the_hand_along_depth_and_up(scene, side):
    rest = tip(posed(scene, {}), side, "middle").copy()
    for joint, direction in (("forearm_tx", (0, 1, 0)), ("forearm_ty", (-1, 0, 0)), ("forearm_tz", (0, 0, 1))):
        moved = tip(posed(scene, {f"{side}_{joint}": -0.03}), side, "middle")
        np.testing.assert_allclose(moved - rest, -0.03 * np.array(direction), atol=1e-12)


@pytest.mark.parametrize("side", SIDES)
def test_forearm_reaches_both_ends_of_the_keyboard(scene, side):
    # 52 white keys of 22.5 mm and 51 gaps of 1 mm.
    ends_m = np.array([-1.221 / 2, 1.221 / 2])
    start_y_m = {"rh": 0.15, "lh": -0.15}[side]
    np.testing.assert_allclose(scene.joint(f"{side}_forearm_tx").range, ends_m - start_y_m, atol=1e-12)
    np.testing.assert_allclose(scene.actuator(f"{side}_forearm_tx").ctrlrange, ends_m - start_y_m, atol=1e-12)
    np.testing.assert_allclose(scene.joint(f"{side}_forearm_ty").range, (-0.1, 0.1))
    np.testing.assert_allclose(scene.joint(f"{side}_forearm_tz").range, (-0.04, 0.0))


@pytest.mark.parametrize("side", SIDES)
def test_pianomime_forearm_is_three_times_as_stiff_and_damped_as_before(scene, side):
    mass_matrix = np.zeros((scene.nv, scene.nv))
    data = mujoco.MjData(scene)
    mujoco.mj_forward(scene, data)
    mujoco.mj_fullM(scene, data, mass_matrix)
    for name, stock_n_per_m in (("forearm_tx", 300), ("forearm_ty", 300), ("forearm_tz", 1000)):
        dof = scene.joint(f"{side}_{name}").dofadr[0]
        critical = 2 * np.sqrt(mass_matrix[dof, dof] * stock_n_per_m)
        assert scene.dof_damping[dof] == pytest.approx(critical, rel=1e-9)
        assert scene.actuator(f"{side}_{name}").gainprm[0] == 3 * stock_n_per_m


def test_coupled_finger_joints_are_driven_by_their_sum(scene):
    data = posed(scene, {"lh_MFJ2": 0.3, "lh_MFJ1": 0.4})
    mujoco.mj_fwdPosition(scene, data)
    assert data.actuator("lh_MFJ0").length[0] == pytest.approx(0.7)


def test_gravity_compensation_makes_the_hands_weightless():
    for compensated, held in ((True, True), (False, False)):
        model = build_scene(SceneConfig(gravity_compensation=compensated)).compile()
        data = mujoco.MjData(model)
        mujoco.mj_forward(model, data)
        dof = model.joint("rh_forearm_tz").dofadr[0]
        load_n = data.qfrc_bias[dof] - data.qfrc_gravcomp[dof]
        assert (abs(load_n) < 1e-9) == held


def test_unknown_side_is_refused():
    with pytest.raises(UserError, match="unknown side 'right': choose one of rh, lh"):
        build_hand("right", "pianomime")
