"""The Python of a console script, against the requirements of nodes."""

import sys
from pathlib import Path

import pytest

from pianomime.graph.node_entry import NodeEntry
from pianomime.graph.node_python import check_node_python
from pianomime_core.errors import UserError

NODES = (NodeEntry("rviz2", "rviz2", "", "rviz2"), NodeEntry("p", "sim_node", "p.sim_node", "sim_node"))


@pytest.fixture
def install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("AMENT_PREFIX_PATH", f"{tmp_path / 'elsewhere'}:{tmp_path}")

    def script(first_line: str) -> None:
        file = tmp_path / "lib" / "p" / "sim_node"
        file.parent.mkdir(parents=True)
        file.write_text(f"{first_line}\nimport p\n")

    return script


def test_an_environment_that_has_all_is_fine(install):
    install(f"#!{sys.executable}")
    check_node_python(NODES)


def test_a_python_without_packages_is_named_with_what_it_lacks(install):
    install(f"#!/usr/bin/env -S {sys.executable} -I -S")
    with pytest.raises(UserError, match=r"python \(/usr/bin/env .*\) does not see .*mujoco, mido.*: activate"):
        check_node_python(NODES)


def test_what_is_not_installed_is_left_to_launch(monkeypatch, tmp_path):
    monkeypatch.setenv("AMENT_PREFIX_PATH", str(tmp_path))
    check_node_python(NODES)
