"""`pianomime urdf`."""

from pathlib import Path
from xml.etree import ElementTree

import pytest
from command_examples import Command

from pianomime_core.hands import FOREARM_DOFS, joint_names


@pytest.mark.parametrize("variant", FOREARM_DOFS)
def test_file_and_terminal_get_the_same_hands(pianomime: Command, tmp_path: Path, variant: str) -> None:
    file = tmp_path / "hands.urdf"
    assert pianomime("urdf", "--variant", variant, "--out", file) == (0, "", "")
    printed = pianomime("urdf", "--variant", variant)
    assert (printed.code, printed.err) == (0, "")
    assert printed.out == file.read_text()
    joints = [joint for joint in ElementTree.parse(file).iter("joint") if joint.get("type") != "fixed"]
    assert {joint.get("name") for joint in joints} == set(joint_names(FOREARM_DOFS[variant]))


def test_joints_may_have_a_prefix(pianomime: Command) -> None:
    printed = pianomime("urdf", "--joint-prefix", "left_").out
    joints = [joint for joint in ElementTree.fromstring(printed.encode()).iter("joint") if joint.get("type") != "fixed"]
    assert {joint.get("name") for joint in joints} == {f"left_{name}" for name in joint_names()}


def test_what_is_wrong_is_told_in_one_line(pianomime: Command, tmp_path: Path) -> None:
    pianomime("urdf", "--variant", "octopus").refuses("octopus", *FOREARM_DOFS)
    pianomime("urdf", "--out", tmp_path / "hands.xml").refuses("hands.xml", ".urdf")
    pianomime("urdf", "--out", tmp_path / "none" / "hands.urdf").refuses("no folder")
