"""Mesh files against the vertices that MuJoCo made of them."""

from pathlib import Path
from urllib.parse import unquote, urlparse

import mujoco
import numpy as np
import pytest
from scipy.spatial import cKDTree
from scipy.spatial.transform import Rotation

from pianomime_core.hands import SIDES
from pianomime_description import SceneConfig, build_hand, build_scene
from pianomime_description.mesh_resources import mesh_resources


def file_vertices(uri: str) -> np.ndarray:
    address = urlparse(uri)
    assert (address.scheme, address.netloc) == ("file", "")
    lines = Path(unquote(address.path)).read_text().splitlines()
    return np.array([line.split()[1:4] for line in lines if line.startswith("v ")], dtype=float)


def turned(quaternion: np.ndarray) -> Rotation:
    return Rotation.from_quat(quaternion, scalar_first=True)


@pytest.mark.parametrize("side", SIDES)
def test_each_file_lies_where_mujoco_has_its_mesh(side):
    model = build_hand(side, "pianomime").compile()
    shown = [geom for geom in range(model.ngeom) if model.geom_group[geom] == 2]
    resources = mesh_resources(model)
    assert len(resources) == len(shown) == 24
    for geom, resource in zip(shown, resources, strict=True):
        assert model.geom_type[geom] == mujoco.mjtGeom.mjGEOM_MESH
        assert resource.body == model.body(model.geom_bodyid[geom]).name
        placed = turned(resource.quaternion).apply(file_vertices(resource.uri) * resource.scale) + resource.position_m
        mesh = model.geom_dataid[geom]
        first = model.mesh_vertadr[mesh]
        own = model.mesh_vert[first : first + model.mesh_vertnum[mesh]]
        expected = turned(model.geom_quat[geom]).apply(own) + model.geom_pos[geom]
        # MuJoCo repeats and reorders vertices: each has its like on the other side.
        assert cKDTree(placed).query(expected)[0].max() < 1e-6
        assert cKDTree(expected).query(placed)[0].max() < 1e-6


def test_the_left_palm_is_the_right_one_in_the_mirror():
    scales = {
        side: {r.body.split("_")[1]: r.scale.tolist() for r in mesh_resources(build_hand(side, "pianomime").compile())}
        for side in SIDES
    }
    assert scales["rh"]["palm"] == [0.001, 0.001, 0.001]
    assert scales["lh"]["palm"] == [-0.001, 0.001, 0.001]


def test_of_the_whole_scene_only_the_hands_are_meshes():
    resources = mesh_resources(build_scene(SceneConfig()).compile())
    assert len(resources) == 48
    assert {resource.body.split("_")[0] for resource in resources} == set(SIDES)
    assert all(len(resource.rgba) == 4 and resource.rgba[3] == 1 for resource in resources)
