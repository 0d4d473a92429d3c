"""The compiled chain against MuJoCo's own kinematics of the same hand, at random joints."""

import mujoco
import numpy as np
import pytest

from pianomime_core.hands import FINGERS, SIDES, forearm_dofs, target_joints, target_names
from pianomime_description.hand_spec import build_hand, fingertip_site
from pianomime_policy.hand_control.hand_kinematics import (
    FINGERTIP_BODIES,
    KNUCKLE_LINKS,
    HandChain,
    body_poses,
    contact_point,
    fingertip_points,
    hand_chain,
    point_jacobian,
)

SOFTNESS_M = 0.0025
POSES = 25

Hand = tuple[mujoco.MjModel, HandChain, str]


@pytest.fixture(scope="module", params=[(s, v) for s in SIDES for v in ("pianomime", "robopianist")], ids="-".join)
def hand(request) -> Hand:
    side, variant = request.param
    model = build_hand(side, variant).compile()
    return model, hand_chain(model, side), side


def random_joints(model: mujoco.MjModel) -> np.ndarray:
    """(POSES, J) anywhere in the range of every joint."""
    low, high = model.jnt_range.T
    return np.random.default_rng(3).uniform(low, high, (POSES, model.njnt))


def mujoco_pose(model: mujoco.MjModel, q: np.ndarray) -> mujoco.MjData:
    data = mujoco.MjData(model)
    data.qpos[:] = q
    mujoco.mj_forward(model, data)
    return data


def our_pose(chain: HandChain, q: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    bodies, joints = len(chain.parent), len(chain.joint_body)
    pose = np.empty((bodies, 3)), np.empty((bodies, 3, 3)), np.empty((joints, 3)), np.empty((joints, 3))
    body_poses(chain, q, *pose)
    return pose


def test_bodies_and_joints_stand_where_mujoco_puts_them(hand):
    model, chain, _ = hand
    for q in random_joints(model):
        data = mujoco_pose(model, q)
        position, rotation, anchor, axis = our_pose(chain, q)
        np.testing.assert_allclose(position, data.xpos[1:], atol=1e-12)
        np.testing.assert_allclose(rotation.reshape(-1, 9), data.xmat[1:], atol=1e-12)
        np.testing.assert_allclose(axis, data.xaxis, atol=1e-12)
        # The anchor of a slide is taken before it slides, and never used.
        turns = ~chain.joint_slides
        np.testing.assert_allclose(anchor[turns], data.xanchor[turns], atol=1e-12)


def test_jacobians_of_any_point_are_mujocos(hand):
    model, chain, _ = hand
    random = np.random.default_rng(5)
    jacobian = np.empty((3, model.nu))
    expected = np.empty((3, model.nv))
    for q in random_joints(model):
        data = mujoco_pose(model, q)
        position, _, anchor, axis = our_pose(chain, q)
        for b in range(len(chain.parent)):
            point = position[b] + random.normal(0.0, 0.02, 3)
            mujoco.mj_jac(model, data, expected, None, point, b + 1)
            point_jacobian(chain, b, point, anchor, axis, jacobian)
            np.testing.assert_allclose(jacobian, expected @ chain.coupling, atol=1e-12)


def test_actuator_coordinates_are_the_lengths_of_mujocos_actuators(hand):
    model, chain, side = hand
    names = [n for n in target_names(forearm_dofs("pianomime")) if n.startswith(side)]
    assert [model.actuator(a).name for a in range(model.nu)] == names[: model.nu]
    for z in np.random.default_rng(7).uniform(chain.lower, chain.upper, (POSES, model.nu)):
        data = mujoco_pose(model, chain.coupling @ z)
        np.testing.assert_allclose(data.actuator_length, z, atol=1e-12)
        np.testing.assert_allclose(chain.share_of * z[chain.actuator_of], chain.coupling @ z, atol=1e-15)


def test_coupled_joints_share_their_target(hand):
    model, chain, side = hand
    for target in (f"{side}_FFJ0", f"{side}_WRJ1"):
        joints = target_joints(target)
        column = chain.coupling[:, model.actuator(target).id]
        assert {model.joint(j).name: column[j] for j in np.flatnonzero(column)} == dict.fromkeys(
            joints, 1 / len(joints)
        )


def test_parts_are_found_by_name(hand):
    model, chain, side = hand
    assert [model.body(b + 1).name for b in chain.tip_body] == [f"{side}_{name}" for name in FINGERTIP_BODIES]
    assert [model.body(b + 1).name for b in chain.knuckle_body] == [f"{side}_{name}" for name in KNUCKLE_LINKS]
    data = mujoco_pose(model, np.zeros(model.njnt))
    tips = fingertip_points(chain, np.zeros(model.njnt), SOFTNESS_M)
    for point, finger in zip(tips, FINGERS, strict=True):
        assert np.linalg.norm(point - data.site(fingertip_site(side, finger)).xpos) < 0.02


def mesh_points(model: mujoco.MjModel, data: mujoco.MjData, body: int) -> np.ndarray:
    """Every vertex (V, 3) of the colliding meshes of a body, in the world."""
    points = []
    for g in range(model.ngeom):
        if model.geom_bodyid[g] == body and model.geom_contype[g] and model.geom_type[g] == mujoco.mjtGeom.mjGEOM_MESH:
            first, count = model.mesh_vertadr[model.geom_dataid[g]], model.mesh_vertnum[model.geom_dataid[g]]
            turned = model.mesh_vert[first : first + count] @ data.geom_xmat[g].reshape(3, 3).T
            points.append(turned + data.geom_xpos[g])
    return np.concatenate(points)


def test_pads_touch_a_flat_key_where_the_whole_mesh_does(hand):
    model, chain, _ = hand
    too_high_m = []
    for q in random_joints(model):
        data = mujoco_pose(model, q)
        points = fingertip_points(chain, q, SOFTNESS_M)
        for point, tip in zip(points, chain.tip_body, strict=True):
            along = data.xmat[tip + 1].reshape(3, 3)[:, 2]  # towards the end of the finger
            if along[2] > -0.4:
                continue  # a finger that does not point down touches with more than its pad
            mesh = mesh_points(model, data, tip + 1)
            too_high_m.append(point[2] - mesh[:, 2].min())
            lowest = mesh[mesh[:, 2] < mesh[:, 2].min() + 6 * SOFTNESS_M]
            assert np.all(point[:2] >= lowest[:, :2].min(axis=0) - 1e-9)
            assert np.all(point[:2] <= lowest[:, :2].max(axis=0) + 1e-9)
    assert len(too_high_m) > 20
    assert min(too_high_m) > -1e-9
    assert np.mean(too_high_m) < 3e-5
    assert np.quantile(too_high_m, 0.95) < 1e-4
    assert max(too_high_m) < 2.5e-4


def test_the_contact_point_moves_smoothly_when_a_finger_rolls(hand):
    model, chain, _ = hand
    q = np.zeros(model.njnt)
    bent = chain.joint_body == chain.tip_body[2]  # the last joint of the middle finger
    base = np.where(chain.joint_slides | bent, 0.0, 0.4)
    before = None
    for angle in np.linspace(0.0, 1.0, 401):
        q = np.where(bent, angle, base)
        point = np.empty(3)
        position, rotation, _, _ = our_pose(chain, q)
        contact_point(chain, 2, position, rotation, SOFTNESS_M, point)
        # 2.5 mrad move a 30 mm finger by .1 mm; the point rolls on over a pad of a few mm radius as well.
        assert before is None or np.linalg.norm(point - before) < 4e-4
        before = point
