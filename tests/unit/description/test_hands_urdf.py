"""The URDF, read by an independent reader, against MuJoCo's kinematics of the same model."""

import shutil
import subprocess
from pathlib import Path
from xml.etree import ElementTree

import mujoco
import numpy as np
import pytest
from scipy.spatial.transform import Rotation

from pianomime_core.errors import UserError
from pianomime_core.hands import FINGERS, FOREARM_DOFS, SIDES, joint_names
from pianomime_description import SceneConfig, build_scene, fingertip_site
from pianomime_description.hands_urdf import hands_urdf
from pianomime_description.mesh_resources import mesh_resources

SAME_M = 1e-6


def numbers(text: str) -> np.ndarray:
    return np.array(text.split(), dtype=float)


def pose(rotation: Rotation, position: np.ndarray) -> np.ndarray:
    matrix = np.eye(4)
    matrix[:3, :3], matrix[:3, 3] = rotation.as_matrix(), position
    return matrix


def origin_of(element) -> np.ndarray:
    # URDF: roll, pitch and yaw about fixed axes, x first.
    origin = element.find("origin")
    return pose(Rotation.from_euler("xyz", numbers(origin.get("rpy"))), numbers(origin.get("xyz")))


def link_poses(robot, positions: dict[str, float]) -> dict[str, np.ndarray]:
    """Forward kinematics as the URDF documentation defines it; every link must be reached from `world`."""
    joints = {joint.find("child").get("link"): joint for joint in robot.iter("joint")}

    def of(link: str) -> np.ndarray:
        if link not in joints:
            assert link == "world"
            return np.eye(4)
        joint = joints[link]
        before = of(joint.find("parent").get("link")) @ origin_of(joint)
        if joint.get("type") == "fixed":
            return before
        axis, position = numbers(joint.find("axis").get("xyz")), positions[joint.get("name")]
        if joint.get("type") == "prismatic":
            return before @ pose(Rotation.identity(), axis * position)
        assert joint.get("type") == "revolute"
        return before @ pose(Rotation.from_rotvec(axis * position), np.zeros(3))

    return {link.get("name"): of(link.get("name")) for link in robot.findall("link")}


@pytest.fixture(scope="module", params=FOREARM_DOFS)
def variant(request) -> str:
    return request.param


@pytest.fixture(scope="module")
def text(variant) -> str:
    return hands_urdf(variant)


@pytest.fixture(scope="module")
def robot(text):
    return ElementTree.fromstring(text.encode())


@pytest.fixture(scope="module")
def model(variant):
    return build_scene(SceneConfig(variant=variant)).compile()


def test_every_joint_of_the_joint_states_and_no_other_moves(robot, variant):
    moving = [joint.get("name") for joint in robot.findall("joint") if joint.get("type") != "fixed"]
    assert sorted(moving) == sorted(joint_names(FOREARM_DOFS[variant]))


def test_names_are_unique_and_meant(robot):
    for tag in ("link", "joint", "material"):
        names = [element.get("name") for element in robot.findall(tag)]
        assert len(set(names)) == len(names)
    links = {link.get("name") for link in robot.findall("link")}
    assert links >= {fingertip_site(side, finger) for side in SIDES for finger in FINGERS}
    for joint in robot.findall("joint"):
        assert {joint.find("parent").get("link"), joint.find("child").get("link")} <= links
    materials = {material.get("name") for material in robot.findall("material")}
    assert {material.get("name") for material in robot.findall("link/visual/material")} == materials


def test_axes_and_limits_are_those_of_the_model(robot, model):
    for joint in robot.findall("joint"):
        if joint.get("type") == "fixed":
            continue
        ours, limit = model.joint(joint.get("name")), joint.find("limit")
        slides = ours.type[0] == mujoco.mjtJoint.mjJNT_SLIDE
        assert joint.get("type") == ("prismatic" if slides else "revolute")
        np.testing.assert_allclose(numbers(joint.find("axis").get("xyz")), ours.axis, atol=1e-9)
        np.testing.assert_allclose([float(limit.get("lower")), float(limit.get("upper"))], ours.range, atol=1e-9)
        assert float(limit.get("velocity")) > 0


def test_effort_is_what_the_actuators_can_give(robot, variant):
    effort = {
        joint.get("name"): float(joint.find("limit").get("effort"))
        for joint in robot.findall("joint")
        if joint.get("type") != "fixed"
    }
    # right_hand.xml: forcerange of wrist_y, thbase and the tendon that drives FFJ2 and FFJ1.
    assert (effort["rh_WRJ2"], effort["lh_THJ5"], effort["rh_FFJ2"], effort["rh_FFJ1"]) == (10, 3, 1, 1)
    # Gain times travel: 900 N/m over 0.2 m, and RoboPianist's 300 N/m over 0.06 m.
    assert effort["rh_forearm_ty"] == pytest.approx({"pianomime": 180, "robopianist": 18}[variant])


def test_links_are_where_mujoco_has_bodies_and_fingertips(robot, model, variant):
    random = np.random.default_rng(5)
    names = joint_names(FOREARM_DOFS[variant])
    data = mujoco.MjData(model)
    for _ in range(10):
        positions = {name: random.uniform(*model.joint(name).range) for name in names}
        for name, position in positions.items():
            data.joint(name).qpos[0] = position
        mujoco.mj_kinematics(model, data)
        poses = link_poses(robot, positions)
        # Between the forearm's slides the model has no body.
        between = {f"{side}_{slide}" for side in SIDES for slide in FOREARM_DOFS[variant][:-1]}
        for name in poses.keys() - between:
            tip = name.endswith("_tip")
            ours = data.site(name) if tip else data.body(name)
            np.testing.assert_allclose(poses[name][:3, 3], ours.xpos, rtol=0, atol=SAME_M)
            np.testing.assert_allclose(poses[name][:3, :3].ravel(), ours.xmat, rtol=0, atol=SAME_M)


def test_every_visible_mesh_is_a_visual_of_its_link(robot, model):
    found = [
        (link.get("name"), visual.find("geometry/mesh").get("filename"), visual)
        for link in robot.findall("link")
        for visual in link.findall("visual")
    ]
    resources = mesh_resources(model)
    assert sorted(pair[:2] for pair in found) == sorted((r.body, r.uri) for r in resources)
    assert all(Path(uri.removeprefix("file://")).is_file() for _, uri, _ in found)
    by_file = {(r.body, r.uri): r for r in resources}
    for link, uri, visual in found:
        resource = by_file[link, uri]
        expected = pose(Rotation.from_quat(resource.quaternion, scalar_first=True), resource.position_m)
        np.testing.assert_allclose(origin_of(visual), expected, rtol=0, atol=SAME_M)
        np.testing.assert_allclose(numbers(visual.find("geometry/mesh").get("scale")), resource.scale)


@pytest.mark.skipif(shutil.which("check_urdf") is None, reason="no check_urdf: apt install liburdfdom-tools")
def test_the_parser_of_robot_state_publisher_reads_it(text, tmp_path):
    (tmp_path / "hands.urdf").write_text(text)
    done = subprocess.run(["check_urdf", tmp_path / "hands.urdf"], capture_output=True, text=True, timeout=20)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "root Link: world has 2 child(ren)" in done.stdout


def test_an_unknown_variant_is_refused():
    with pytest.raises(UserError, match="pianomime, robopianist"):
        hands_urdf("octopus")
