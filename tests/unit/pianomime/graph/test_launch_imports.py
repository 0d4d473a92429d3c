"""`ros2` runs launch files with the system's own Python: they must not need installed packages."""

import ast
import subprocess
import sys
from collections.abc import Iterator
from importlib.machinery import PathFinder
from pathlib import Path

import pytest

from pianomime.files.shared_files import share_directory

LAUNCH_FILES = sorted((share_directory() / "launch").glob("*.launch.py"))
ROOT = Path(__file__).resolve().parents[4]
OURS = [str(ROOT / "launch"), *(str(folder) for folder in (ROOT / "ros2_ws" / "src").glob("pianomime_*"))]
OF_ROS = {"launch", "launch_ros", "ament_index_python"}
# A python without site-packages; the stand-ins take the place of ROS's own packages.
START = """
import runpy, sys
from types import ModuleType
sys.path[:0] = {path!r}
import fake_launch
for name, contents in fake_launch.MODULES.items():
    sys.modules[name] = ModuleType(name)
    vars(sys.modules[name]).update(contents)
description = runpy.run_path({file!r})["generate_launch_description"]()
print(*(action.name for action in fake_launch.start(description) if isinstance(action, fake_launch.Node)))
"""


def module_file(name: str) -> Path | None:
    """Where one of our modules or packages stands, found without importing anything; None for an attribute."""
    path: list[str] | None = OURS
    for depth in range(1, name.count(".") + 2):
        spec = PathFinder.find_spec(".".join(name.split(".")[:depth]), path)
        if spec is None:
            return None
        path = list(spec.submodule_search_locations or [])
    return Path(spec.origin)


class WithoutTypeChecking(ast.NodeTransformer):
    """Leaves out `if TYPE_CHECKING:`, which never runs, but not its `else:`."""

    def visit_If(self, node: ast.If) -> ast.AST | list[ast.stmt]:
        self.generic_visit(node)
        return node.orelse if ast.unparse(node.test) == "TYPE_CHECKING" else node


def imported(file: Path) -> Iterator[str]:
    """Whatever an import statement of the file may name, also within functions."""
    for node in ast.walk(WithoutTypeChecking().visit(ast.parse(file.read_text()))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0
            yield node.module
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def walk(file: Path, seen: set[Path]) -> Iterator[tuple[Path, str]]:
    """Every import of something that is not ours, from the file and all of ours that it imports."""
    seen.add(file)
    for name in imported(file):
        if not name.startswith("pianomime"):
            yield file, name
            continue
        for depth in range(1, name.count(".") + 2):
            found = module_file(".".join(name.split(".")[:depth]))
            if found is not None and found not in seen:
                yield from walk(found, seen)


def test_there_are_launch_files():
    assert [file.name for file in LAUNCH_FILES] == ["live.launch.py", "perceive.launch.py", "play.launch.py"]


@pytest.mark.parametrize("file", LAUNCH_FILES, ids=lambda file: file.name)
def test_a_launch_file_imports_what_every_ros_has(file):
    seen: set[Path] = set()
    roots = {(importer.name, name.split(".")[0]) for importer, name in walk(file, seen)}
    assert {"node_table.py", "launch_nodes.py", "errors.py", "ros_environment.py"} <= {path.name for path in seen}
    assert {found for found in roots if found[1] not in sys.stdlib_module_names | OF_ROS} == set()


@pytest.mark.parametrize("file", LAUNCH_FILES, ids=lambda file: file.name)
def test_a_launch_file_is_read_where_nothing_is_installed(file):
    script = START.format(path=[*OURS, str(Path(__file__).parents[1])], file=str(file))
    done = subprocess.run([sys.executable, "-I", "-S", "-c", script], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert set(done.stdout.split()) & {"sim_node", "perception_node"}


def test_our_folder_named_launch_hides_no_package_of_ros(tmp_path: Path) -> None:
    """It stands first on the path where tests and benchmarks are run from the root."""
    package = tmp_path / "launch"
    package.mkdir()
    (package / "__init__.py").write_text("LaunchDescription = 'of ROS'\n")
    program = (
        f"import sys; sys.path[:0] = [{str(ROOT)!r}, {str(tmp_path)!r}]; import launch; print(launch.LaunchDescription)"
    )
    done = subprocess.run([sys.executable, "-I", "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout == "of ROS\n"
