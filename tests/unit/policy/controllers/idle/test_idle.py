"""Doing nothing."""

import numpy as np
import pytest

from pianomime_core.errors import UserError
from pianomime_core.setting import Setting
from pianomime_description.variant import SceneConfig
from pianomime_policy.controllers.controller import Observation
from pianomime_policy.controllers.idle.idle import Idle, build


@pytest.mark.parametrize(("variant", "joints", "targets"), [("pianomime", 54, 46), ("robopianist", 52, 44)])
def test_everything_stays_at_zero_whatever_the_goal(variant, joints, targets):
    idle = Idle(variant)
    goal, sustain = np.ones((1, 88), bool), np.ones(1, bool)
    assert np.array_equal(idle.start(goal, sustain), np.zeros(joints))
    observed = Observation(7, goal, sustain, np.ones(joints), np.ones(joints), np.ones(88))
    assert np.array_equal(idle.act(observed).targets, np.zeros(targets))


@pytest.mark.parametrize(("setting", "shape"), [(Setting.BENCHMARK, (46,)), (Setting.MUSICAL, (5, 46))])
def test_it_commands_as_many_targets_a_step_as_the_setting_has(setting, shape):
    goal, sustain = np.ones((1, 88), bool), np.ones(1, bool)
    action = build(SceneConfig(), setting).act(Observation(7, goal, sustain, np.ones(54), np.ones(54), np.ones(88)))
    assert np.array_equal(action.targets, np.zeros(shape))
    assert not action.pedal_rows().any()


def test_it_needs_one_row_of_the_goal():
    assert Idle().horizon_steps == 1


def test_an_unknown_variant_is_refused():
    with pytest.raises(UserError, match="'octopus'"):
        Idle("octopus")
