"""The delay of live music against the actual lookahead of the controllers."""

import pytest

from pianomime.graph.live_delay import launched_delay_s, live_delay_s
from pianomime_core.errors import UserError
from pianomime_description.variant import SceneConfig
from pianomime_policy.controllers.registry import make_controller
from pianomime_policy.controllers.specs import OURS, ours_that_need


@pytest.mark.parametrize("name", ours_that_need(None))
def test_the_horizons_are_those_of_the_controllers(name):
    assert make_controller(name, SceneConfig()).horizon_steps == OURS[name].horizon_steps


@pytest.mark.parametrize(
    ("controller", "asked_s", "delay_s"),
    [
        ("streaming", None, 2.0),
        ("streaming-1s", None, 1.0),
        ("onnx-1s", None, 1.0),
        ("idle", None, 0.0),
        ("streaming", 2.0, 2.0),
        ("streaming", 3.24, 3.25),
        ("streaming-1s", 2.0, 2.0),
        ("idle", 0.0, 0.0),
        ("idle", 0.5, 0.5),
    ],
)
def test_the_delay_is_what_the_controller_looks_ahead_or_more(controller, asked_s, delay_s):
    assert live_delay_s(controller, asked_s) == pytest.approx(delay_s)


@pytest.mark.parametrize(
    ("controller", "asked_s", "words"),
    [
        ("planner", None, "whole song: live, choose one of streaming, "),
        ("nobody", None, "unknown controller 'nobody'"),
        ("streaming", 1.9, "delay 1.9 s: controller 'streaming' looks ahead 2 s"),
        ("streaming", 0.0, "delay 0 s: controller 'streaming' looks ahead 2 s"),
        ("streaming", -1.0, "delay -1 s: it must be 0 to 20 s"),
        ("streaming", 21.0, "delay 21 s: it must be 0 to 20 s"),
        ("streaming", float("nan"), "delay nan s: it must be 0 to 20 s"),
    ],
)
def test_other_delays_are_refused(controller, asked_s, words):
    with pytest.raises(UserError, match=words):
        live_delay_s(controller, asked_s)


def test_a_launch_file_imports_no_controller_of_another_package():
    with pytest.raises(UserError, match="'nowhere:Nobody' cannot be imported"):
        live_delay_s("nowhere:Nobody", 1.5)
    assert launched_delay_s("nowhere:Nobody", 1.49) == 1.5
    with pytest.raises(UserError, match="'nowhere:Nobody' looks ahead is not known before it runs: give a delay"):
        launched_delay_s("nowhere:Nobody")
    with pytest.raises(UserError, match="delay 21 s"):
        launched_delay_s("nowhere:Nobody", 21.0)
    with pytest.raises(UserError, match="unknown controller 'nobody'"):
        launched_delay_s("nobody", 1.5)
    assert launched_delay_s("streaming") == 2.0
