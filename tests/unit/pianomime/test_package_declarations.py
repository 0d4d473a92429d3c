"""Every package declares what it imports: to rosdep what has a key, in requirements-ros.txt what has none."""

import ast
import re
import sys
import xml.etree.ElementTree as ElementTree
from functools import cache
from pathlib import Path

import pytest
from packaging.utils import canonicalize_name

ROOT = Path(__file__).resolve().parents[3]
FOLDERS = {"pianomime": ROOT / "launch"} | {path.name: path for path in (ROOT / "ros2_ws/src").glob("pianomime_*")}

# Keys that resolve to a package of Debian and Ubuntu, and the packages of Jazzy and Kilted, as github.com/ros/rosdistro
# has them (rosdep/python.yaml, jazzy/distribution.yaml, kilted/distribution.yaml; August 2026).
ROSDEP_KEYS = {
    "argcomplete": "python3-argcomplete",
    "cv2": "python3-opencv",
    "matplotlib": "python3-matplotlib",
    "numba": "python3-numba",
    "numpy": "python3-numpy",
    "packaging": "python3-packaging",
    "PIL": "python3-pil",
    "pytest": "python3-pytest",
    "rich": "python3-rich",
    "scipy": "python3-scipy",
}
ROS_PACKAGES = {
    *("action_msgs", "builtin_interfaces", "diagnostic_msgs", "geometry_msgs", "lifecycle_msgs", "rcl_interfaces"),
    *("rosgraph_msgs", "sensor_msgs", "std_msgs", "std_srvs", "tf2_msgs", "trajectory_msgs", "unique_identifier_msgs"),
    *("visualization_msgs", "ament_index_python", "launch", "launch_ros", "launch_testing", "rclpy", "ros2launch"),
    *("ament_copyright", "ament_flake8", "ament_pep257", "ament_xmllint"),
}
NOT_IMPORTED = {"ament_index_python", "ros2launch"}  # needed by the command `ros2 launch pianomime ...`
MODULE_OF = {"mediapipe": "mediapipe", "opencv-python-headless": "cv2", "pillow": "PIL", "python-rtmidi": "rtmidi"}
OPTIONAL = {"ray", "gymnasium"}  # refine over machines, pianomime.gym: pianomime[ray], pianomime[gym] of setup.py
BESIDE_A_SCRIPT = {"scores"}  # launch/songs/encode.py is a script with a module of its own


@cache
def imported(package: str) -> set[str]:
    """Top-level modules that a package imports from outside itself and the standard library."""
    modules: set[str] = set()
    for path in FOLDERS[package].rglob("*.py"):
        if "build" in path.parts or path.name == "setup.py":
            continue
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Import):
                modules |= {name.name.split(".")[0] for name in node.names}
            elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
                modules.add(node.module.split(".")[0])
    return modules - sys.stdlib_module_names - {package} - BESIDE_A_SCRIPT


def declared(package: str, kind: str) -> list[str]:
    tree = ElementTree.parse(FOLDERS[package] / "package.xml")
    return [element.text or "" for element in tree.iter(kind)]


def required(*names: str) -> set[str]:
    """Distributions that these requirements files name."""
    lines = [line for name in names for line in (ROOT / name).read_text().splitlines()]
    return {re.split(r"[=<>!~\[; ]", line)[0] for line in lines if line and line[0] not in "#-"}


def without_dependencies() -> set[str]:
    """Distributions that the Makefile installs with --no-deps."""
    return set(re.findall(r"([\w-]+)==", "".join(re.findall(r"^\w*BARE := .*", (ROOT / "Makefile").read_text(), re.M))))


@pytest.mark.parametrize("package", FOLDERS)
def test_package_xml_names_what_is_imported_and_has_a_key(package):
    modules = imported(package)
    ours = modules & FOLDERS.keys()
    ros = modules & ROS_PACKAGES
    keys = {ROSDEP_KEYS[module] for module in modules & ROSDEP_KEYS.keys()}
    names = declared(package, "exec_depend")
    assert len(set(names)) == len(names)
    assert set(names) - NOT_IMPORTED == ours | ros | keys


@pytest.mark.parametrize("package", FOLDERS)
def test_the_rest_is_in_a_requirements_file(package):
    rest = imported(package) - FOLDERS.keys() - ROS_PACKAGES - OPTIONAL
    files = ["requirements-ros.txt"]
    if package == "pianomime_perception":
        files += ["requirements-perception.txt", "requirements-transcribe.txt"]
    named = {MODULE_OF.get(name, name) for name in required(*files) | without_dependencies()}
    assert rest <= named


@pytest.mark.parametrize("package", FOLDERS)
def test_every_key_is_known_to_rosdep(package):
    known = ROS_PACKAGES | set(ROSDEP_KEYS.values()) | FOLDERS.keys()
    kinds = ("depend", "exec_depend", "build_depend", "build_export_depend", "buildtool_depend", "test_depend")
    assert {name for kind in kinds for name in declared(package, kind)} <= known


def test_versions_are_the_tested_ones():
    pinned = required("constraints.txt")
    assert {name.lower() for name in required("requirements-ros.txt")} <= {name.lower() for name in pinned}


def test_readme_installs_by_hashes():
    readme = (ROOT / "README.md").read_text()
    assert "pip install --no-deps --require-hashes -r requirements-ros.lock" in readme


def pins(text: str) -> dict[str, str]:
    return {canonicalize_name(name): version for name, version in re.findall(r"^([\w.-]+)==([^\s;]+)", text, re.M)}


@pytest.mark.parametrize(
    ("bare", "requirements"),
    [
        ("BARE", "requirements.txt"),
        ("BARE", "requirements-ros.txt"),
        ("PERCEPTION_BARE", "requirements-perception.txt"),
    ],
)
def test_what_is_installed_is_locked_with_hashes(bare, requirements):
    [names] = re.findall(rf"^{bare} := (.*)", (ROOT / "Makefile").read_text(), re.M)
    beside = pins("\n".join(names.split()))
    wanted = pins((ROOT / "constraints.txt").read_text()) | beside
    blocks = re.split(r"\n(?=\S)", (ROOT / requirements).with_suffix(".lock").read_text())
    assert all("--hash=sha256:" in block for block in blocks)
    locked = pins("\n".join(blocks))
    assert locked.keys() >= {canonicalize_name(name) for name in required(requirements)} | beside.keys()
    assert locked == {name: wanted[name] for name in locked}
