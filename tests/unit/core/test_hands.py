"""Joint and target names against the hand models of the robopianist wheel."""

import importlib.util
import json
import xml.etree.ElementTree as ET
from collections.abc import Iterator
from pathlib import Path

import pytest

from pianomime_core.errors import UserError
from pianomime_core.hands import (
    FOREARM_DOFS,
    finger_of,
    forearm_dofs,
    joint_names,
    side_of,
    target_joints,
    target_names,
)

DEMOS = Path(__file__).parents[4] / "shared" / "demos"
XML_OF_SIDE = {"rh": "right_hand.xml", "lh": "left_hand.xml"}


def hand_xml(side: str) -> ET.Element:
    spec = importlib.util.find_spec("robopianist")
    assert spec is not None
    assert spec.submodule_search_locations
    root = Path(spec.submodule_search_locations[0])
    return ET.parse(root / "models/hands/third_party/shadow_hand" / XML_OF_SIDE[side]).getroot()


def compiled_joints(body: ET.Element, forearm: tuple[str, ...], side: str) -> Iterator[str]:
    """Joints in MuJoCo's order: those of a body before those of its children; slides stand in the forearm body."""
    yield from (joint.attrib["name"] for joint in body.findall("joint"))
    if body.get("name") == f"{side}_forearm":
        yield from (f"{side}_{dof}" for dof in forearm)
    for child in body.findall("body"):
        yield from compiled_joints(child, forearm, side)


@pytest.mark.parametrize(("variant", "joints", "targets"), [("pianomime", 54, 46), ("robopianist", 52, 44)])
def test_names_follow_the_hand_models(variant: str, joints: int, targets: int) -> None:
    forearm = forearm_dofs(variant)
    expected_joints: list[str] = []
    expected_targets: list[str] = []
    for side in ("rh", "lh"):
        xml = hand_xml(side)
        worldbody = xml.find("worldbody")
        actuator = xml.find("actuator")
        assert worldbody is not None
        assert actuator is not None
        expected_joints += compiled_joints(worldbody, forearm, side)
        expected_targets += [element.attrib["name"].replace("_A_", "_") for element in actuator]
        expected_targets += [f"{side}_{dof}" for dof in forearm]
    assert list(joint_names(forearm)) == expected_joints
    assert list(target_names(forearm)) == expected_targets
    assert (len(expected_joints), len(expected_targets)) == (joints, targets)


def test_targets_command_every_joint_once() -> None:
    commanded = [joint for target in target_names() for joint in target_joints(target)]
    assert sorted(commanded) == sorted(joint_names())
    assert target_joints("lh_RFJ0") == ("lh_RFJ2", "lh_RFJ1")
    assert target_joints("rh_forearm_tx") == ("rh_forearm_tx",)


def test_tendons_of_the_model_are_the_coupled_joints() -> None:
    for side in ("rh", "lh"):
        for tendon in hand_xml(side).iter("fixed"):
            assert target_joints(tendon.attrib["name"]) == tuple(joint.attrib["joint"] for joint in tendon)


def test_finger_and_side_of_a_name() -> None:
    assert [finger_of(name) for name in ("rh_THJ1", "lh_FFJ4", "rh_MFJ0", "rh_RFJ2", "lh_LFJ5")] == [
        "thumb",
        "index",
        "middle",
        "ring",
        "little",
    ]
    assert [finger_of(name) for name in ("rh_WRJ2", "lh_forearm_tz")] == [None, None]
    assert (side_of("rh_WRJ1"), side_of("lh_forearm_tx")) == ("rh", "lh")
    with pytest.raises(ValueError, match="'WRJ1'"):
        side_of("WRJ1")


def test_unknown_variant_lists_the_known_ones() -> None:
    with pytest.raises(UserError, match="'shadow': choose one of pianomime, robopianist"):
        forearm_dofs("shadow")
    assert set(FOREARM_DOFS) == {"pianomime", "robopianist"}


@pytest.mark.skipif(not DEMOS.exists(), reason="../shared/demos is absent")
def test_names_equal_the_demonstrations() -> None:
    meta = json.loads((DEMOS / "meta.json").read_text())
    assert list(target_names()) == meta["action_names"]
    assert sorted(joint_names()) == sorted(meta["qpos_names"])
