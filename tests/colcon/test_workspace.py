"""The workspace as colcon builds it: every package, executable and shared file found, and a song played from it."""

import os
import subprocess
import sys
import xml.etree.ElementTree as ElementTree
from pathlib import Path

import pytest
from ros_domains import free_domain

ROOT = Path(__file__).resolve().parents[2]
COLCON = ROOT / ".venv-colcon" / "bin"
EXECUTABLES = {
    "pianomime": ["pianomime"],
    "pianomime_core": [],
    "pianomime_description": ["hand_frames"],
    "pianomime_midi": ["live_node", "midi_node"],
    "pianomime_perception": ["perception_node"],
    "pianomime_physics": [],
    "pianomime_policy": ["follow_node", "policy_node"],
    "pianomime_sim": ["record_node", "sim_node", "sound_node", "viewer_node"],
}
# One quick file of tests for each package, and the checks that all share: `colcon test` runs all there are.
QUICK_TESTS = {
    "pianomime": "test_respawn.py",
    "pianomime_core": "test_hands.py",
    "pianomime_description": "test_variant.py",
    "pianomime_midi": "test_keyboard_events.py",
    "pianomime_perception": "test_corners.py",
    "pianomime_physics": "test_disturbance.py",
    "pianomime_policy": "test_idle.py",
    "pianomime_sim": "test_command_buffer.py",
}
# Where the workspace says that everything is; run by the environment that has rclpy, after sourcing the workspace.
LOOK_AROUND = """
import importlib, pathlib
from ament_index_python.packages import get_package_prefix, get_package_share_directory
for name in %r:
    prefix = get_package_prefix(name)
    module = importlib.import_module(name).__file__
    print(name, prefix, get_package_share_directory(name), module, sep="|")
"""

pytestmark = pytest.mark.skipif(not COLCON.is_dir(), reason="no .venv-colcon: run make test-colcon")


def colcon(*arguments: str, timeout_s: float = 100.0) -> str:
    """Run colcon by the environment that has everything else, as `python -m colcon` in a user's environment."""
    [packages] = COLCON.parent.glob("lib/python3*/site-packages")
    done = subprocess.run(
        [sys.executable, "-m", "colcon", *arguments],
        env=os.environ | {"PATH": f"{COLCON}:{os.environ['PATH']}", "PYTHONPATH": str(packages)},
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=timeout_s,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def places(workspace: Path) -> tuple[str, ...]:
    folders = ("--build-base", str(workspace / "build"), "--install-base", str(workspace / "install"))
    return ("--base-paths", "ros2_ws/src", *folders)


@pytest.fixture(scope="module")
def workspace(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("workspace")
    colcon("--log-base", str(folder / "log"), "build", *places(folder))
    return folder


@pytest.fixture(scope="module")
def install(workspace) -> Path:
    return workspace / "install"


def sourced(install: Path, *command: str, **environ: str) -> subprocess.CompletedProcess[str]:
    script = f'source "{install}/setup.bash" && exec "$@"'
    return subprocess.run(
        ["bash", "-c", script, "bash", *command],
        env=os.environ | environ,
        cwd=install,
        capture_output=True,
        text=True,
        timeout=100,
    )


def test_every_package_is_built_the_ros_way():
    # A package.xml with a mistake in it would turn up as a plain "python" package.
    listed = [line.split("\t") for line in colcon("list", "--base-paths", "ros2_ws/src").splitlines()]
    assert {name: kind for name, _, kind in listed} == dict.fromkeys(EXECUTABLES, "(ros.ament_python)")


def test_every_package_is_found(install):
    done = sourced(install, sys.executable, "-c", LOOK_AROUND % list(EXECUTABLES))
    assert done.returncode == 0, done.stderr
    rows = [line.split("|") for line in done.stdout.splitlines()]
    assert [row[0] for row in rows] == list(EXECUTABLES)
    for name, prefix, share, module in rows:
        assert Path(prefix) == install / name
        assert (Path(share) / "package.xml").is_file()
        assert Path(module).is_relative_to(install), "imported from the source tree, not from the workspace"


@pytest.mark.parametrize("package", EXECUTABLES)
def test_every_executable_is_where_ros_looks(install, package):
    folder = install / package / "lib" / package
    assert sorted(path.name for path in folder.glob("*")) == EXECUTABLES[package]
    assert all(os.access(path, os.X_OK) for path in folder.glob("*"))
    # Whatever python runs colcon, nodes run under that of the environment.
    assert {path.read_text().splitlines()[0] for path in folder.glob("*")} <= {"#!/usr/bin/env python3"}


@pytest.mark.parametrize("node", ["sim_node", "policy_node", "midi_node"])
def test_a_node_starts_from_the_workspace(install, node):
    package = f"pianomime_{node.removesuffix('_node')}"
    executable = install / package / "lib" / package / node
    done = sourced(install, sys.executable, str(executable), "--ros-args", "-p", "no_such_parameter:=1")
    assert done.returncode == 2
    assert "error: unknown" in done.stderr
    assert "no_such_parameter" in done.stderr


def test_shared_files_are_installed(install):
    share = install / "pianomime" / "share" / "pianomime"
    for name in ("play", "live", "perceive"):
        assert (share / "launch" / f"{name}.launch.py").is_file()
    assert (share / "rviz" / "pianomime.rviz").is_file()
    assert sorted(path.name for path in (share / "config").iterdir()) == [
        "follow.yaml",
        "live.yaml",
        "midi.yaml",
        "perception.yaml",
        "policy.yaml",
        "sim.yaml",
    ]
    assert list((share / "songs").glob("*.mid"))
    networks, installed = (
        sorted(path.name for path in (folder / "models" / "generalist").glob("*.onnx"))
        for folder in (ROOT / "launch", share)
    )
    assert installed == networks


def test_each_package_runs_its_own_tests(workspace):
    files = " ".join([*QUICK_TESTS.values(), "test_ament_lint.py"])
    quick = ("--pytest-args", " -o", f"python_files={files}")
    colcon("--log-base", str(workspace / "log"), "test", *places(workspace), *quick, timeout_s=300)
    for package in EXECUTABLES:
        suite = ElementTree.parse(workspace / "build" / package / "pytest.xml").find("testsuite")
        count = {name: int(suite.get(name)) for name in ("tests", "skipped", "failures", "errors")}
        ran = [case for case in suite.iter("testcase") if Path(QUICK_TESTS[package]).stem in case.get("classname")]
        assert ran, f"{package}: {count}"
        assert count["tests"] > count["skipped"], f"{package}: {count}"
        assert count["failures"] == count["errors"] == 0, f"{package}: {count}"


def test_a_song_is_played_from_the_workspace(install):
    pianomime = install / "pianomime" / "lib" / "pianomime" / "pianomime"
    command = (sys.executable, str(pianomime), "play", "twinkle", "--sync", "--controller", "idle")
    done = sourced(install, *command, ROS_DOMAIN_ID=str(free_domain()))
    assert done.returncode == 0, done.stderr
    assert "missed deadlines" in done.stdout
