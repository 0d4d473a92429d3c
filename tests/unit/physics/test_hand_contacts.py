"""Hands that are put into each other touch, and with a force that MuJoCo's own sum of forces confirms."""

import mujoco
import numpy as np
import pytest

from pianomime_core.hands import HAND_PARTS, SIDES, hand_part
from pianomime_description.variant import SceneConfig
from pianomime_physics.simulator import Simulator


def _posed(collisions: bool, **joints: float) -> Simulator:
    """The hands at rest, apart, but for some joints."""
    simulator = Simulator(SceneConfig(hand_collisions=collisions))
    q = np.zeros(len(simulator.joint_names))
    for name, value in joints.items():
        q[simulator.joint_names.index(name)] = value
    simulator.reset(q)
    return simulator


def test_hands_that_are_apart_do_not_touch() -> None:
    assert _posed(True).hand_contacts_n() == {}


def test_fingers_side_by_side_push_each_other_with_the_force_that_acts_on_their_bodies() -> None:
    simulator = _posed(True, rh_FFJ4=0.05, rh_MFJ4=-0.05)
    [((first, second), force_n)] = simulator.hand_contacts_n().items()
    assert (first.side, first.part, second.part) == ("rh", "index", "middle")
    mujoco.mj_rnePostConstraint(simulator.model, simulator.data)
    index = [simulator.model.body(f"rh_ff{name}").id for name in ("knuckle", "proximal", "middle", "distal")]
    with_friction_n = np.linalg.norm(simulator.data.cfrc_ext[index, 3:].sum(axis=0))
    assert 1.0 <= with_friction_n / force_n <= 1.5  # friction is at most as large as the force itself


def test_without_hand_collisions_nothing_touches() -> None:
    assert _posed(False, rh_FFJ4=0.3, rh_MFJ4=-0.3).hand_contacts_n() == {}


def test_hands_in_one_place_touch_and_the_right_one_is_named_first() -> None:
    touching = _posed(True, rh_forearm_tx=-0.1, lh_forearm_tx=0.1).hand_contacts_n()
    assert any(a.side != b.side for a, b in touching)
    assert all((a.side, b.side) != ("lh", "rh") for a, b in touching)
    assert all(force >= 0 for force in touching.values())


@pytest.mark.parametrize("side", SIDES)
def test_every_body_of_a_hand_belongs_to_a_part(side: str) -> None:
    model = Simulator().model
    names = [model.body(b).name for b in range(model.nbody) if model.body(b).name.startswith(f"{side}_")]
    parts = {hand_part(name) for name in names if not name.endswith("_root")}
    assert parts == set(HAND_PARTS)
    assert hand_part(f"{side}_lfmetacarpal") == "palm"
    assert hand_part(f"{side}_lfdistal") == "little"
    assert hand_part(f"{side}_thhub") == "thumb"
