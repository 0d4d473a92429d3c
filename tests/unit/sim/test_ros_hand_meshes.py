"""Mesh markers: the vertices of each file, placed as its marker says, are where the simulator has the mesh."""

from pathlib import Path

import mujoco
import numpy as np
import pytest
from rclpy.serialization import deserialize_message, serialize_message
from scipy.spatial.transform import Rotation
from visualization_msgs.msg import Marker, MarkerArray

from pianomime_sim.ros_hand_meshes import HandMeshes


@pytest.fixture(scope="module")
def meshes(simulator):
    return HandMeshes(simulator.model, simulator.joint_names)


def sent(array: MarkerArray) -> list[Marker]:
    """What a subscriber gets, unchanged by later ones."""
    return deserialize_message(serialize_message(array), MarkerArray).markers


def bounds(vertices: np.ndarray) -> np.ndarray:
    return np.array([vertices.min(axis=0), vertices.max(axis=0)])


def placed(marker: Marker) -> np.ndarray:
    """The file's vertices (n, 3) as a viewer draws them: scaled, turned, moved."""
    lines = Path(marker.mesh_resource.removeprefix("file://")).read_text().splitlines()
    vertices = np.array([line.split()[1:4] for line in lines if line.startswith("v ")], dtype=float)
    s, q, p = marker.scale, marker.pose.orientation, marker.pose.position
    turned = Rotation.from_quat([q.x, q.y, q.z, q.w]).apply(vertices * [s.x, s.y, s.z])
    return turned + np.array([p.x, p.y, p.z])


def test_every_mesh_is_where_the_simulator_has_it(meshes, simulator):
    random = np.random.default_rng(2)
    model, data = simulator.model, mujoco.MjData(simulator.model)
    positions = np.array([random.uniform(*model.joint(name).range) for name in simulator.joint_names])
    for name, position in zip(simulator.joint_names, positions, strict=True):
        data.joint(name).qpos[0] = position
    mujoco.mj_kinematics(model, data)
    shown = [
        geom
        for geom in range(model.ngeom)
        if model.geom_type[geom] == mujoco.mjtGeom.mjGEOM_MESH and model.geom_group[geom] == 2
    ]
    markers = sent(meshes.at(7, positions))
    assert len(markers) == len(shown) == 48
    for marker, geom in zip(markers, shown, strict=True):
        mesh = model.geom_dataid[geom]
        first = model.mesh_vertadr[mesh]
        own = model.mesh_vert[first : first + model.mesh_vertnum[mesh]]
        expected = own @ data.geom_xmat[geom].reshape(3, 3).T + data.geom_xpos[geom]
        np.testing.assert_allclose(bounds(placed(marker)), bounds(expected), rtol=0, atol=1e-6)


def test_markers_keep_their_names_and_carry_the_step(meshes, simulator):
    rest = np.zeros(len(simulator.joint_names))
    before, after = sent(meshes.at(3, rest)), sent(meshes.at(4, rest + 0.01))
    assert [(m.ns, m.id) for m in before] == [(m.ns, m.id) for m in after]
    assert len({(m.ns, m.id) for m in before}) == len(before)
    assert {m.ns for m in before} == {"rh_meshes", "lh_meshes"}
    for marker in after:
        assert (marker.type, marker.action) == (Marker.MESH_RESOURCE, Marker.ADD)
        assert (marker.header.frame_id, marker.header.stamp.nanosec) == ("world", 200_000_000)
        assert marker.color.a == 1
        assert not marker.mesh_use_embedded_materials


def test_the_simulation_is_left_alone(meshes, simulator):
    before = simulator.data.qpos.copy()
    meshes.at(0, np.full(len(simulator.joint_names), 0.02))
    assert np.array_equal(simulator.data.qpos, before)
