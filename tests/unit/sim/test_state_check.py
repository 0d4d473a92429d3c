"""An unstable simulation is detected, and the error names the joints."""

from dataclasses import replace

import numpy as np
import pytest

from pianomime_core.errors import UnsafeError
from pianomime_physics.simulator import Simulator
from pianomime_sim.state_check import check_state


@pytest.fixture
def simulator():
    return Simulator()


def test_a_sound_state_passes(simulator):
    simulator.reset()
    check_state(simulator, simulator.step(np.zeros(46)), 0)


@pytest.mark.parametrize("value", [np.nan, np.inf])
def test_every_bad_number_is_named(simulator, value):
    state = simulator.reset()
    positions, angles = state.joint_positions.copy(), state.key_angles.copy()
    positions[simulator.joint_names.index("lh_FFJ3")] = value
    angles[39] = value
    with pytest.raises(UnsafeError, match=f"after step 7: position of lh_FFJ3 = {value}, angle of key_60 = {value}$"):
        check_state(simulator, replace(state, joint_positions=positions, key_angles=angles), 7)


@pytest.mark.parametrize(
    ("joint", "what"), [("rh_THJ4", "velocity"), ("lh_forearm_tx", "position"), ("key_60", "velocity")]
)
def test_what_mujoco_hides_by_beginning_anew_is_found(simulator, joint, what):
    simulator.reset()
    place = simulator.data.joint(joint)
    (place.qvel if what == "velocity" else place.qpos)[:] = np.nan
    state = simulator.step(np.zeros(46))
    assert np.isfinite(state.joint_positions).all(), "MuJoCo has begun anew"
    with pytest.raises(UnsafeError, match=f"{what} of {joint} too large"):
        check_state(simulator, state, 3)
    check_state(simulator, simulator.reset(), 0)
