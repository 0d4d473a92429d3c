"""One hand: fingertips reach their targets, forces agree with statics, actuator targets stay within range."""

from dataclasses import replace

import mujoco
import numpy as np
import pytest

from pianomime_core.hands import SIDES
from pianomime_core.keyboard import KEYBOARD
from pianomime_core.timing import PHYSICS_STEPS_PER_CONTROL_STEP, PHYSICS_TIMESTEP_S
from pianomime_description.hand_spec import build_hand
from pianomime_policy.fingering.fingering import finger_offsets_m
from pianomime_policy.hand_control.hand_planner import HandPlanner, PostureConfig
from pianomime_policy.hand_control.inverse_kinematics import InverseKinematicsConfig
from pianomime_policy.hand_control.tracking import TrackingConfig
from pianomime_policy.motion.fingertip_targets import FingertipConfig, FingertipRows
from pianomime_policy.motion.motion_timing import BENCHMARK, MUSICAL, MotionTiming

ROWS = TrackingConfig().preview_steps
WHITE_TOP_M = KEYBOARD.top_z_m[0]


def make_hand(side: str, variant: str = "pianomime", timing: MotionTiming = BENCHMARK) -> HandPlanner:
    return HandPlanner(
        side, variant, FingertipConfig(), PostureConfig(), InverseKinematicsConfig(), TrackingConfig(), timing
    )


@pytest.fixture(params=SIDES)
def hand(request) -> HandPlanner:
    return make_hand(request.param)


def over_five_keys(
    side: str, centre_m: float, height_m: float = 0.012, force_n: float = 0.0, rows: int = ROWS
) -> FingertipRows:
    """All fingertips of a hand at rest at their comfortable places over the white keys."""
    press = FingertipConfig().press
    target = np.zeros((rows, 5, 3))
    target[..., 0] = [press.white_thumb_x_m] + [press.white_x_m] * 4
    target[..., 1] = centre_m + finger_offsets_m()[5 * SIDES.index(side) :][:5]
    target[..., 2] = WHITE_TOP_M + height_m
    return FingertipRows(
        target=target,
        weight=np.ones((rows, 5, 3)),
        force=np.full((rows, 5), force_n),
        top=np.full((rows, 5), WHITE_TOP_M),
        key=np.full((rows, 5), -1),
    )


def path(centre_m: float) -> tuple[np.ndarray, np.ndarray]:
    return np.full(ROWS, centre_m), np.zeros(ROWS)


@pytest.mark.parametrize("centre_m", [-0.45, -0.1, 0.0, 0.2, 0.45])
def test_a_hand_begins_with_its_pads_where_they_shall_be(hand, centre_m):
    tips = over_five_keys(hand.side, centre_m)
    q = hand.begin(tips, centre_m, 0.0)
    assert q.shape == (len(hand.joint_names),)
    np.testing.assert_allclose(hand.fingertips(q), tips.target[0], atol=0.002)


@pytest.mark.parametrize("variant", ["pianomime", "robopianist"])
@pytest.mark.parametrize("side", SIDES)
def test_at_rest_the_pads_are_over_the_white_keys(side, variant):
    hand = make_hand(side, variant)
    tips = hand.fingertips(hand.chain.coupling @ hand.rest)
    # The pads lie as far apart as comfort says, the middle finger at y = 0.
    comfort = finger_offsets_m()[5 * SIDES.index(side) :][:5]
    np.testing.assert_allclose(tips[:, 1] - tips[2, 1], comfort - comfort[2], atol=0.003)
    assert abs(tips[2, 1]) < 1e-4
    assert np.all(np.abs(tips[:, 2] - WHITE_TOP_M) < 0.02)
    assert np.all(hand.rest >= hand.chain.lower)
    assert np.all(hand.rest <= hand.chain.upper)


def test_a_hand_that_is_where_it_shall_be_stays(hand):
    tips = over_five_keys(hand.side, 0.1)
    q = hand.begin(tips, 0.1, 0.0)
    [target] = hand.act(q, np.zeros_like(q), tips, *path(0.1))
    np.testing.assert_allclose(hand.chain.coupling @ target, q, atol=0.06)
    np.testing.assert_allclose(hand.fingertips(hand.chain.coupling @ target), tips.target[0], atol=0.003)


def test_pressing_is_statics(hand):
    tips = over_five_keys(hand.side, 0.1)
    pressing = tips._replace(force=tips.force + np.array([1.0, 0.5, 0.0, 2.0, 0.2]))
    model = build_hand(hand.side, "pianomime").compile()
    answers = []
    for rows in (tips, pressing):
        q = hand.begin(tips, 0.1, 0.0)
        answers += [*hand.act(q, np.zeros_like(q), rows, *path(0.1))]
    free = (answers[1] > hand.chain.lower) & (answers[1] < hand.chain.upper)
    force = (answers[1] - answers[0]) * model.actuator_gainprm[:, 0]
    # Virtual work: what the actuators do is what five forces downwards at the contact points do.
    data = mujoco.MjData(model)
    data.qpos[:] = q
    mujoco.mj_forward(model, data)
    expected = np.zeros(model.nv)
    bodies = [model.body(b + 1).id for b in hand.chain.tip_body]
    for body, point, newton in zip(bodies, hand.fingertips(q), pressing.force[0], strict=True):
        mujoco.mj_applyFT(model, data, [0.0, 0.0, -newton], np.zeros(3), point, body, expected)
    assert free.sum() > 15
    # The hand works with the lever arms of where it will be at the end of the step, a millimetre on.
    np.testing.assert_allclose(force[free], (hand.chain.coupling.T @ expected)[free], atol=0.005, rtol=0.005)


@pytest.mark.parametrize("timing", [BENCHMARK, MUSICAL], ids=["benchmark", "musical"])
@pytest.mark.parametrize("side", SIDES)
def test_a_hand_in_the_air_follows_its_targets(side, timing):
    """The hand alone in MuJoCo: it moves 60 mm along the keyboard in a second, then a finger comes down 10 mm."""
    hand, per_step = make_hand(side, timing=timing), timing.rows_per_step
    model = build_hand(hand.side, "pianomime").compile()
    model.opt.timestep = PHYSICS_TIMESTEP_S
    data = mujoco.MjData(model)
    start = over_five_keys(hand.side, 0.1, rows=ROWS * per_step)
    data.qpos[:] = hand.begin(start, 0.1, 0.0)
    mujoco.mj_forward(model, data)

    def expected(step: float) -> tuple[np.ndarray, float]:
        s = np.clip((step + 1) / 20, 0.0, 1.0)
        s = s**3 * (10 - 15 * s + 6 * s * s)
        centre_m = 0.1 + 0.06 * s
        pose = over_five_keys(hand.side, centre_m).target[0]
        pose[2, 2] -= 0.01 * np.clip((step - 24) / 2, 0.0, 1.0)
        return pose, centre_m

    errors = []
    for step in range(40):
        ends = step - 1 + np.arange(1, ROWS * per_step + 1) / per_step
        poses, centres = zip(*(expected(end) for end in ends), strict=True)
        rows = start._replace(target=np.array(poses))
        targets = hand.act(data.qpos.copy(), data.qvel.copy(), rows, np.array(centres), np.zeros(len(ends)))
        assert targets.shape == (per_step, model.nu)
        for target, pose in zip(targets, poses, strict=False):
            data.ctrl[:] = target
            mujoco.mj_step(model, data, PHYSICS_STEPS_PER_CONTROL_STEP // per_step)
            errors.append(np.abs(hand.fingertips(data.qpos) - pose))
    assert np.max(errors) < 0.008
    assert np.max(errors[-5:]) < 0.004


@pytest.mark.parametrize("seed", range(3))
def test_targets_stay_within_the_range_wherever_the_hand_is_found(hand, seed):
    random = np.random.default_rng(seed)
    hand.begin(over_five_keys(hand.side, 0.0), 0.0, 0.0)
    for _ in range(20):
        tips = over_five_keys(hand.side, random.uniform(-2.0, 2.0), force_n=random.uniform(0.0, 50.0))
        tips = tips._replace(target=tips.target + random.normal(0.0, 0.3, (ROWS, 5, 3)))
        q = random.uniform(-1.0, 1.0, len(hand.joint_names))
        v = random.normal(0.0, 10.0, len(hand.joint_names))
        [target] = hand.act(q, v, tips, *path(random.uniform(-2.0, 2.0)))
        assert np.all(np.isfinite(target))
        assert np.all(target >= hand.chain.lower)
        assert np.all(target <= hand.chain.upper)


def test_names_are_those_of_the_model(hand):
    model = build_hand(hand.side, "pianomime").compile()
    assert hand.joint_names == tuple(model.joint(j).name for j in range(model.njnt))
    assert hand.target_names == tuple(model.actuator(a).name for a in range(model.nu))


@pytest.mark.parametrize("side", SIDES)
def test_several_targets_of_a_step_stay_within_the_range_and_push_as_one_does(side):
    one, five = make_hand(side), make_hand(side, timing=replace(BENCHMARK, rows_per_step=5))
    answers = []
    for hand, rows in ((one, ROWS), (five, 5 * ROWS)):
        for force_n in (0.0, 1.0):
            tips = over_five_keys(side, 0.1, rows=rows)
            q = hand.begin(tips, 0.1, 0.0)
            pressing = tips._replace(force=np.full((rows, 5), force_n))
            targets = hand.act(q, np.zeros_like(q), pressing, np.full(rows, 0.1), np.zeros(rows))
            assert np.all((targets >= hand.chain.lower) & (targets <= hand.chain.upper))
            answers.append(targets)
    assert [len(targets) for targets in answers] == [1, 1, 5, 5]
    # A hand that stands still pushes equally hard in every part of the step.
    push, pushes = answers[1] - answers[0], answers[3] - answers[2]
    np.testing.assert_allclose(pushes, np.tile(push, (5, 1)), atol=0.01)


@pytest.mark.parametrize("timing", [BENCHMARK, MUSICAL], ids=["benchmark", "musical"])
@pytest.mark.parametrize("side", SIDES)
def test_how_far_aside_a_fingertip_will_be(side, timing):
    hand, rows = make_hand(side, timing=timing), ROWS * timing.rows_per_step
    tips = over_five_keys(side, 0.1, rows=rows)
    q = hand.begin(tips, 0.1, 0.0)
    hand.act(q, np.zeros_like(q), tips, np.full(rows, 0.1), np.zeros(rows))
    np.testing.assert_allclose(hand.aside_m(tips), 0.0, atol=0.003)
    aside = np.zeros((rows, 5, 3))
    aside[:, 1, 1], aside[:, 4, 1] = 0.02, -0.03
    there = hand.aside_m(tips)
    moved = hand.aside_m(tips._replace(target=tips.target + aside))
    np.testing.assert_allclose(moved[[0, 2, 3]], there[[0, 2, 3]])
    np.testing.assert_allclose(moved[[1, 4]], [0.02, 0.03], atol=0.003)
