import mujoco
import numpy as np
import pytest

from pianomime_core.hands import forearm_dofs, joint_names, target_names
from pianomime_core.keyboard import KEY_NAMES
from pianomime_description import SceneConfig, build_scene


@pytest.fixture(scope="module")
def scene():
    return build_scene(SceneConfig()).compile()


def solid_geoms(model, side: str) -> np.ndarray:
    of_side = np.array([model.body(body).name.startswith(side) for body in model.geom_bodyid])
    return np.flatnonzero(of_side & ((model.geom_contype | model.geom_conaffinity) != 0))


def may_touch(model, first: np.ndarray, second: np.ndarray) -> np.ndarray:
    """MuJoCo's rule: contype of one and conaffinity of the other share a bit."""
    return (
        (model.geom_contype[first, None] & model.geom_conaffinity[second])
        | (model.geom_conaffinity[first, None] & model.geom_contype[second])
    ) != 0


@pytest.mark.parametrize("variant", ["pianomime", "robopianist"])
def test_joints_and_actuators_have_the_names_of_core_in_its_order(variant):
    model = build_scene(SceneConfig(variant=variant)).compile()
    forearm = forearm_dofs(variant)
    assert [model.joint(index).name for index in range(model.njnt)] == [*KEY_NAMES, *joint_names(forearm)]
    assert [model.actuator(index).name for index in range(model.nu)] == list(target_names(forearm))


def test_benchmark_hands_touch_keys_but_not_hands(scene):
    right, left = solid_geoms(scene, "rh_"), solid_geoms(scene, "lh_")
    keys = np.array([scene.geom(name).id for name in KEY_NAMES])
    assert len(right) == len(left) > 30
    for hand in (right, left):
        assert np.all(may_touch(scene, hand, keys))
        assert not np.any(may_touch(scene, hand, right))
        assert not np.any(may_touch(scene, hand, left))


def test_hand_collisions_can_be_switched_on():
    scene = build_scene(SceneConfig(hand_collisions=True)).compile()
    right, left = solid_geoms(scene, "rh_"), solid_geoms(scene, "lh_")
    assert np.all(may_touch(scene, right, left))


def test_clock_solver_and_contacts_are_the_benchmarks(scene):
    assert scene.opt.timestep == 0.005
    assert scene.opt.integrator == mujoco.mjtIntegrator.mjINT_EULER
    assert scene.opt.solver == mujoco.mjtSolver.mjSOL_NEWTON
    assert scene.opt.iterations == 100
    assert scene.opt.cone == mujoco.mjtCone.mjCONE_PYRAMIDAL
    assert scene.opt.impratio == 10
    assert scene.opt.disableflags == mujoco.mjtDisableBit.mjDSBL_MULTICCD


def test_a_spec_can_be_extended_before_it_is_compiled():
    spec = build_scene(SceneConfig())
    spec.worldbody.add_camera(name="above", pos=(0, 0, 1))
    assert spec.compile().camera("above").id == 0
