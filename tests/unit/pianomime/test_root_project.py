"""`pip install .` at the root: the same packages, files and versions as the installation of each package by itself."""

import ast
import re
import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).resolve().parents[3]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())
FOLDERS = [ROOT / "launch", *sorted((ROOT / "ros2_ws" / "src").glob("pianomime_*"))]
EXTRAS = {name: list(map(Requirement, lines)) for name, lines in PROJECT["project"]["optional-dependencies"].items()}
BASE = list(map(Requirement, PROJECT["project"]["dependencies"]))
FOR_DEVELOPERS = {"hypothesis", "mir-eval", "mypy", "pytest", "ruff", "setuptools", "wheel", "tyro"}


def lines_of(name: str) -> list[str]:
    lines = (ROOT / name).read_text().splitlines()
    return [line for line in lines if line and line[0] not in "#-"]


def names(requirements: list[Requirement]) -> set[str]:
    return {canonicalize_name(each.name) for each in requirements}


def call_of_setup(folder: Path) -> dict[str, ast.expr]:
    [call] = [
        node.value
        for node in ast.parse((folder / "setup.py").read_text()).body
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Call)
    ]
    return {keyword.arg: keyword.value for keyword in call.keywords}


def test_all_packages_are_found():
    assert {ROOT / where for where in PROJECT["tool"]["setuptools"]["packages"]["find"]["where"]} == set(FOLDERS)


def test_shared_files_go_where_the_package_puts_them():
    files = ast.unparse(call_of_setup(ROOT / "launch")["data_files"])
    ours = PROJECT["tool"]["setuptools"]["data-files"]
    for folder, patterns in ours.items():
        assert all(list(ROOT.glob(pattern)) for pattern in patterns)
        assert "share/{NAME}" + folder.removeprefix("share/pianomime") in files or "ament_index" in folder
    assert len(ours) == len(call_of_setup(ROOT / "launch")["data_files"].elts)


def test_files_of_the_packages_come_too():
    told = set(PROJECT["tool"]["setuptools"]["package-data"]["*"])
    for folder in FOLDERS:
        found = ast.unparse(call_of_setup(folder)["package_data"])
        patterns = ast.literal_eval(found.replace("NAME", "'name'"))["name"]
        assert set(patterns) <= told
        where = folder / folder.name if folder.name != "launch" else folder / "pianomime"
        assert all(list(where.glob(pattern)) for pattern in patterns)


def test_tested_versions_are_allowed():
    pinned = {
        canonicalize_name(each.name): str(each.specifier).removeprefix("==")
        for each in map(Requirement, lines_of("constraints.txt"))
    }
    for each in [*BASE, *(each for extra in EXTRAS.values() for each in extra)]:
        if each.name != "ray":
            assert pinned[canonicalize_name(each.name)] in each.specifier, each


@pytest.mark.parametrize(
    ("files", "extras"),
    [
        (["requirements.txt"], ["viewer", "record", "ros"]),
        (["requirements-training.txt"], ["training"]),
        (["requirements-perception.txt"], ["perceive"]),
        (["requirements-transcribe.txt"], ["transcribe"]),
    ],
)
def test_requirements_are_in_base_and_extras(files, extras):
    wanted = {canonicalize_name(Requirement(line).name) for file in files for line in lines_of(file)} - FOR_DEVELOPERS
    assert wanted <= names(BASE) | set().union(*(names(EXTRAS[extra]) for extra in extras))


def test_colcon_takes_the_root_for_no_package():
    # Of a folder with any of these it may, and then looks for none within; COLCON_IGNORE would hide all packages, too.
    for name in ("package.xml", "setup.py", "setup.cfg", "COLCON_IGNORE"):
        assert not (ROOT / name).exists()


def test_docs_tell_what_comes_without_its_dependencies():
    [bare] = re.findall(r"^BARE := (.*)", (ROOT / "Makefile").read_text(), re.M)
    assert f"pip install --no-deps {bare}" in (ROOT / "docs" / "python.md").read_text()


def test_extras_of_the_package_are_extras_here():
    launch = ast.literal_eval(call_of_setup(ROOT / "launch")["extras_require"])
    assert set(launch) - {"test"} <= set(EXTRAS)
