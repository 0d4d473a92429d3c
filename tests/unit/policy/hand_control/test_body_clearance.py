"""Distances of bodies, and postures that keep them, against MuJoCo's own distances."""

from dataclasses import replace
from itertools import pairwise
from typing import NamedTuple

import mujoco
import numpy as np
import pytest

from pianomime_core.hands import SIDES
from pianomime_core.setting import Setting
from pianomime_description.hand_spec import build_hand
from pianomime_description.variant import SceneConfig
from pianomime_policy.controllers.registry import make_controller
from pianomime_policy.hand_control.body_clearance import (
    NO_CLEARANCE,
    BodyClearance,
    BodyClearanceConfig,
    body_clearance,
    palm_gap,
)
from pianomime_policy.hand_control.hand_kinematics import HandChain, hand_chain
from pianomime_policy.hand_control.inverse_kinematics import (
    Contacts,
    InverseKinematicsConfig,
    Objective,
    lone_steps,
    solve_posture,
    solver_settings,
)

CONFIG = BodyClearanceConfig()
FINGERS, SEGMENTS = ("th", "ff", "mf", "rf", "lf"), ("proximal", "middle", "distal")
FAR_M = 0.1


class Hand(NamedTuple):
    """A hand, its solver's view of its bodies, and a posture with half bent fingers."""

    side: str
    model: mujoco.MjModel
    chain: HandChain
    clearance: BodyClearance
    short: list[str]
    rest: np.ndarray

    def posture(self, **coordinates: float) -> np.ndarray:
        z = self.rest.copy()
        z[[self.short.index(name) for name in coordinates]] = list(coordinates.values())
        return z

    def gap_m(self, z: np.ndarray, bodies: list[str], others: list[str]) -> float:
        """The smallest distance in MuJoCo between colliding geoms of some bodies and others."""
        data = mujoco.MjData(self.model)
        data.qpos[:] = self.chain.coupling @ z
        mujoco.mj_kinematics(self.model, data)
        pairs = ((a, b) for a in self._geoms(bodies) for b in self._geoms(others))
        return min(mujoco.mj_geomDistance(self.model, data, a, b, FAR_M, None) for a, b in pairs)

    def neighbours_m(self, z: np.ndarray, segments: tuple[str, ...] = SEGMENTS) -> float:
        """The smallest distance of neighbouring fingers in MuJoCo."""
        return min(self.gap_m(z, [f + s for s in segments], [g + s for s in segments]) for f, g in pairwise(FINGERS))

    def _geoms(self, bodies: list[str]) -> list[int]:
        ids = {self.model.body(f"{self.side}_{body}").id for body in bodies}
        is_colliding = self.model.geom_contype > 0
        return [g for g in np.flatnonzero(is_colliding) if self.model.geom_bodyid[g] in ids]


def make_hand(side: str) -> Hand:
    model = build_hand(side, "pianomime").compile()
    chain = hand_chain(model, side)
    short = [model.actuator(a).name.split("_", 1)[1] for a in range(model.nu)]
    bent = {"FFJ3": 0.5, "MFJ3": 0.5, "RFJ3": 0.5, "LFJ3": 0.5, "FFJ0": 0.7, "MFJ0": 0.7, "RFJ0": 0.7, "LFJ0": 0.6}
    rest = np.array([bent.get(name, 0.0) for name in short])
    return Hand(side, model, chain, body_clearance(model, side, CONFIG), short, rest)


HANDS = {side: make_hand(side) for side in SIDES}


@pytest.fixture(params=SIDES)
def hand(request) -> Hand:
    return HANDS[request.param]


def solve(hand: Hand, start: np.ndarray, clearance: BodyClearance, iterations: int = 60) -> np.ndarray:
    """The posture near `start` with nothing to do."""
    n, z = len(start), start.copy()
    nothing = np.zeros((5, 3))
    objective = Objective(nothing, nothing, start, np.full(n, 1e-6), start, np.full(n, 1e-6))
    settings = solver_settings(replace(InverseKinematicsConfig(), clearance_weight=0.0), np.zeros(n, bool), clearance)
    contacts = Contacts(np.zeros((5, 3)), np.zeros((5, 3, n)))
    slack = np.zeros(len(hand.chain.joint_body))
    solve_posture(hand.chain, z, slack, objective, settings, iterations, contacts)
    return z


def steps(hand: Hand, z: np.ndarray, clearance: BodyClearance) -> np.ndarray:
    """`lone_steps` from z with nothing else to do than to stay: they have the sign of the gradient."""
    n = len(z)
    nothing = np.zeros((5, 3))
    objective = Objective(nothing, nothing, z, np.ones(n), z, np.ones(n))
    settings = solver_settings(replace(InverseKinematicsConfig(), clearance_weight=0.0), np.zeros(n, bool), clearance)
    contacts = Contacts(np.zeros((5, 3)), np.zeros((5, 3, n)))
    return lone_steps(hand.chain, z, np.zeros(len(hand.chain.joint_body)), objective, settings, contacts)


def tight(hand: Hand, crowded: dict[str, float]) -> np.ndarray:
    """A posture with these angles or their opposites, whichever brings neighbouring fingers closer together."""
    both = [hand.posture(**{name: sign * angle for name, angle in crowded.items()}) for sign in (1, -1)]
    return min(both, key=hand.neighbours_m)


def test_segments_are_as_long_and_thick_as_in_mujoco(hand):
    for f, finger in enumerate(FINGERS):
        for s, segment in enumerate(SEGMENTS):
            body = hand.model.body(f"{hand.side}_{finger}{segment}").id
            assert hand.clearance.body[f, s] == body - 1
            start, end = hand.clearance.ends[f, s]
            # The capsule is as long, from cap to cap, as the segment's geom, whose half size along itself is known.
            geom = next(g for g in np.flatnonzero(hand.model.geom_contype) if hand.model.geom_bodyid[g] == body)
            is_mesh = hand.model.geom_type[geom] == mujoco.mjtGeom.mjGEOM_MESH
            size = hand.model.geom_size[geom]
            half = size[2] if is_mesh else size[0] + size[1]
            assert np.linalg.norm(end - start) + 2 * hand.clearance.radius[f, s] == pytest.approx(2 * half)


def test_the_gradient_is_that_of_mujocos_distances(hand):
    """Of proximal and middle segments, which are capsules there, too."""
    wide = replace(CONFIG, finger_margin_m=0.003, finger_weight=1.0)
    bodies = body_clearance(hand.model, hand.side, wide)
    bodies = bodies._replace(body=bodies.body[:, :2], ends=bodies.ends[:, :2], radius=bodies.radius[:, :2])
    z = tight(hand, {"FFJ4": -0.1, "MFJ4": 0.08, "RFJ3": 0.8, "RFJ4": 0.1})

    def cost(z: np.ndarray) -> float:
        total = 0.0
        for f, g in pairwise(FINGERS):
            for s in SEGMENTS[:2]:
                for t in SEGMENTS[:2]:
                    total += max(wide.finger_margin_m - hand.gap_m(z, [f + s], [g + t]), 0.0) ** 2
        return total

    assert cost(z) > 1e-6
    moved = 1e-5 * np.eye(len(z))
    slope = np.array([(cost(z + e) - cost(z - e)) / 2e-5 for e in moved])
    # Each lone step is half the slope down, over 2 and a little: the weights of what holds it.
    step = steps(hand, z, bodies)
    inside = (z + step > hand.chain.lower + 1e-9) & (z + step < hand.chain.upper - 1e-9)
    np.testing.assert_allclose(step[inside], -0.5 * slope[inside] / 2.0, rtol=0.02, atol=1e-6)
    assert np.count_nonzero(np.abs(step[inside]) > 1e-5) >= 4


@pytest.mark.parametrize(
    "crowded", [{"FFJ4": -0.2, "MFJ4": 0.2}, {"MFJ4": -0.15, "RFJ3": 0.9}, {"RFJ4": 0.3, "LFJ4": 0.1}]
)
def test_fingers_that_overlap_in_mujoco_are_spread(hand, crowded):
    overlapping = tight(hand, crowded)
    assert hand.neighbours_m(overlapping) < -0.001
    spread = solve(hand, overlapping, body_clearance(hand.model, hand.side, replace(CONFIG, finger_weight=1.0)))
    assert hand.neighbours_m(spread) > -0.0002
    assert np.array_equal(solve(hand, overlapping, NO_CLEARANCE), overlapping)


def test_fingers_that_are_far_apart_stay(hand):
    assert hand.neighbours_m(hand.rest) > CONFIG.finger_margin_m
    np.testing.assert_array_equal(solve(hand, hand.rest, hand.clearance), hand.rest)


def test_the_gap_of_knuckle_and_palm_is_that_of_mujoco(hand):
    random = np.random.default_rng(1)
    for five, four in random.uniform((0.0, -0.349), (0.785, 0.349), (60, 2)):
        z = hand.posture(LFJ5=five, LFJ4=four)
        gap_m = palm_gap(z, hand.clearance, np.empty(2))
        assert gap_m == pytest.approx(hand.gap_m(z, ["lfknuckle"], ["palm"]), abs=2e-5)


def test_a_knuckle_in_the_palm_comes_out(hand):
    inside = hand.posture(LFJ5=0.5, LFJ4=-0.34)
    assert hand.gap_m(inside, ["lfknuckle"], ["palm"]) < -0.0008
    z = inside
    for _ in range(4):
        z = solve(hand, z, hand.clearance)
    assert hand.gap_m(z, ["lfknuckle"], ["palm"]) > 0.8 * CONFIG.palm_margin_m


def test_fingers_bent_as_far_as_allowed_do_not_press_the_palm(hand):
    for finger in FINGERS[1:]:
        for four in (-0.349, 0.0, 0.349):
            z = hand.posture(**{f"{finger.upper()}J3": CONFIG.bent_rad, f"{finger.upper()}J4": four})
            assert hand.gap_m(z, [f"{finger}proximal"], ["palm", "lfmetacarpal"]) > 0.0


@pytest.mark.parametrize("setting", list(Setting))
@pytest.mark.parametrize("name", ["planner", "streaming", "foresight"])
def test_only_hands_that_collide_keep_clear(name, setting):
    for collide in (False, True):
        controller = make_controller(name, SceneConfig(hand_collisions=collide), setting=setting)
        both = [controller._hands_controller]
        if name == "foresight":
            both.append(controller._model_rollout.hands_controller)
        for hand in (hand for player in both for hand in player._hands):
            bends = hand.chain.upper[[name.endswith("FJ3") for name in hand.target_names]].max()
            assert bool(bends <= CONFIG.bent_rad) is collide
