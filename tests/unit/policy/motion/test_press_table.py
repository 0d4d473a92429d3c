"""The press table against keys simulated by MuJoCo: forces that press them, and where their surface is when down."""

import mujoco
import numpy as np
import pytest

from pianomime_core.keyboard import KEY_NAMES, KEYBOARD
from pianomime_description.piano_spec import add_piano
from pianomime_policy.motion.press_table import PressConfig, press_table, rest_table

CONFIG = PressConfig()
TABLE = press_table(CONFIG)
# The outermost and the middle ones of both colours.
KEYS = (0, 1, 39, 40, 85, 87)
THUMB, FINGER = 0, 1


@pytest.fixture(scope="module")
def piano() -> mujoco.MjModel:
    spec = mujoco.MjSpec()
    spec.compiler.degree = False
    add_piano(spec)
    return spec.compile()


def angle_under(piano: mujoco.MjModel, key: int, thumb: int, force_n: float, *, stop: bool) -> float:
    """Angle [rad] at which one key comes to rest under a vertical force where a finger presses it."""
    joint = piano.joint(KEY_NAMES[key])
    limited = piano.jnt_limited.copy()
    piano.jnt_limited[:] = stop
    data = mujoco.MjData(piano)
    body = piano.body(KEY_NAMES[key]).id
    point = np.array([TABLE.x_m[thumb, key], TABLE.y_m[key], TABLE.top_z_m[key]])
    for _ in range(2000):
        mujoco.mj_kinematics(piano, data)
        mujoco.mj_comPos(piano, data)
        data.qfrc_applied[:] = 0.0
        mujoco.mj_applyFT(piano, data, [0.0, 0.0, -force_n], np.zeros(3), point, body, data.qfrc_applied)
        mujoco.mj_step(piano, data)
    piano.jnt_limited[:] = limited
    assert abs(data.qvel[joint.dofadr[0]]) < 1e-6
    return float(data.qpos[joint.qposadr[0]])


@pytest.mark.slow
@pytest.mark.parametrize("key", KEYS)
@pytest.mark.parametrize("thumb", [THUMB, FINGER])
def test_the_force_presses_its_key_and_half_of_it_does_not(piano, key, thumb):
    force_n = TABLE.force_n[thumb, key]
    assert angle_under(piano, key, thumb, force_n, stop=True) > KEYBOARD.activation_rad[key]
    assert angle_under(piano, key, thumb, 0.5 * force_n, stop=True) < KEYBOARD.activation_rad[key]


@pytest.mark.parametrize("key", KEYS)
def test_a_force_ratio_of_one_holds_the_key_at_its_bottom(piano, key):
    # Without the stop, the balance of force, spring and weight is at the end of the travel.
    held_n = press_table(PressConfig(force_ratio=1.0)).force_n[FINGER, key]
    assert angle_under(piano, key, FINGER, held_n, stop=False) == pytest.approx(KEYBOARD.travel_rad[key], rel=0.01)
    assert TABLE.force_n[FINGER, key] == pytest.approx(CONFIG.force_ratio * held_n)


@pytest.mark.parametrize("key", KEYS)
@pytest.mark.parametrize("thumb", [THUMB, FINGER])
def test_targets_lie_below_the_surface_of_the_depressed_key(piano, key, thumb):
    data = mujoco.MjData(piano)
    for pressed, height, tolerance_m in ((False, TABLE.top_z_m[key], 1e-9), (True, TABLE.bottom_z_m[thumb, key], 1e-4)):
        data.qpos[:] = KEYBOARD.travel_rad * pressed
        mujoco.mj_forward(piano, data)
        above = np.array([TABLE.x_m[thumb, key], TABLE.y_m[key], 0.2])
        hit = np.zeros(1, np.int32)
        down = mujoco.mj_ray(piano, data, above, np.array([0.0, 0.0, -1.0]), None, 1, -1, hit)
        assert piano.geom(hit[0]).name == KEY_NAMES[key]  # what is pressed there is this key
        assert height == pytest.approx(0.2 - down - CONFIG.depth_m * pressed, abs=tolerance_m)


def test_fingers_press_on_their_key():
    for x in TABLE.x_m:
        assert np.all(np.abs(x - KEYBOARD.center_x_m) < KEYBOARD.length_m / 2)
    assert np.array_equal(TABLE.y_m, KEYBOARD.center_y_m)
    # White keys are pressed in front of the black ones, which end 15 mm on the player's side of the centre line.
    assert np.all(TABLE.x_m[:, ~KEYBOARD.is_black] > 0.015)


def test_idle_pads_float_over_the_white_keys():
    assert TABLE.idle_x_m.tolist() == [CONFIG.white_thumb_x_m, CONFIG.white_x_m]
    assert TABLE.white_top_z_m == pytest.approx(0.0225)


@pytest.mark.slow
@pytest.mark.parametrize("thumb", [THUMB, FINGER])
@pytest.mark.parametrize("key", KEYS)
@pytest.mark.parametrize("share", [0.2, 0.6])
def test_a_resting_finger_holds_the_key_at_the_given_share(piano, key, thumb, share):
    height, force = rest_table(CONFIG, share)
    angle = angle_under(piano, key, thumb, force[thumb, key], stop=True)
    assert angle == pytest.approx(share * KEYBOARD.activation_rad[key], abs=np.radians(0.1))
    arm = TABLE.x_m[thumb, key] - KEYBOARD.hinge_x_m[key]
    assert height[thumb, key] == pytest.approx(KEYBOARD.top_z_m[key] - arm * np.tan(angle), abs=2e-4)
