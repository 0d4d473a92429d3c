import mujoco
import numpy as np
import pytest
from viewer_snapshots import snapshot

from pianomime_core.keyboard import KEY_NAMES, KEYBOARD, LOWEST_PITCH
from pianomime_description import SceneConfig
from pianomime_physics.simulator import Simulator
from pianomime_sim.viewers import Snapshot
from pianomime_sim.viewers.base import score_lines
from pianomime_sim.viewers.key_marks import MARK_COLOURS, KeyMark
from pianomime_sim.viewers.posed_scene import PosedScene


@pytest.fixture(scope="module")
def scene():
    return PosedScene(SceneConfig())


def state_of(simulator) -> Snapshot:
    simulator.reset()
    for seed in range(5):
        state = simulator.step(np.random.default_rng(seed).uniform(*simulator.target_range.T))
    silence = np.zeros(len(KEY_NAMES), dtype=bool)
    return Snapshot(
        state.time_s, state.joint_positions, state.key_angles, state.key_pressed, silence, np.zeros((0, len(KEY_NAMES)))
    )


@pytest.mark.parametrize("variant", ["pianomime", "robopianist"])
def test_every_body_stands_where_the_simulation_has_it(variant):
    simulator = Simulator(SceneConfig(variant=variant))
    scene = PosedScene(SceneConfig(variant=variant))
    scene.pose(state_of(simulator))
    mujoco.mj_kinematics(simulator.model, simulator.data)
    for body in range(simulator.model.nbody):
        name = simulator.model.body(body).name
        np.testing.assert_allclose(scene.data.body(name).xpos, simulator.data.body(name).xpos, atol=1e-12)
        np.testing.assert_allclose(scene.data.body(name).xquat, simulator.data.body(name).xquat, atol=1e-12)


def test_posing_steps_no_physics(scene):
    scene.pose(snapshot(pressed=[60]))
    assert scene.data.time == 0
    assert not scene.data.qvel.any()


def test_a_pressed_key_is_lower_at_its_near_end(scene):
    scene.pose(snapshot(pressed=[60]))
    key = 60 - LOWEST_PITCH
    corner = np.array([KEYBOARD.length_m[key] / 2, 0, KEYBOARD.height_m[key] / 2])
    geom = scene.data.geom("key_60")
    near_end_m = geom.xpos + geom.xmat.reshape(3, 3) @ corner
    # 10 mm of travel at the near end (robopianist.models.piano.piano_constants).
    assert KEYBOARD.top_z_m[key] - near_end_m[2] == pytest.approx(0.01, abs=3e-4)


def test_keys_are_painted_by_name(scene):
    scene.paint(snapshot(wanted=[60, 61], pressed=[60, 64]))
    for pitch, mark in ((60, KeyMark.RIGHT), (61, KeyMark.MISSED), (64, KeyMark.WRONG)):
        rgba = scene.model.geom(f"key_{pitch}").rgba
        np.testing.assert_allclose(rgba, [*(value / 255 for value in MARK_COLOURS[mark]), 1], atol=1e-6)


def test_score_lines_show_the_time_and_the_known_figures():
    lines = score_lines(snapshot(time_s=83.25, score={"f1": 0.91234, "missed_deadlines": 3.0, "unheard_of": 1.0}))
    assert lines == [("Song time", "1:23.2"), ("F1", "0.912"), ("Missed deadlines", "3")]
