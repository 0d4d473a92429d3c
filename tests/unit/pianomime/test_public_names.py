"""What our packages offer by name: to people, to type checkers, and to a python with nothing installed."""

import ast
import importlib.util
import subprocess
import sys
from pathlib import Path

import pytest

LAZY = ("pianomime", "pianomime_core", "pianomime_policy", "pianomime_sim")
EAGER = ("pianomime_description", "pianomime_physics")
HEAVY = ("numpy", "mujoco", "numba", "mido")
ROOT = Path(__file__).resolve().parents[3]


def names_for_type_checkers(package: str) -> list[str]:
    tree = ast.parse(Path(importlib.import_module(package).__file__).read_text())
    [block] = [node for node in tree.body if isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING"]
    names = [(node.module, alias.asname or alias.name) for node in block.body for alias in node.names]
    return [each for module, name in names for each in (all_of(module) if name == "*" else [name])]


def all_of(module: str) -> list[str]:
    """What a checker reads of a module for `import *`: the list as it is written there."""
    tree = ast.parse(Path(importlib.util.find_spec(module).origin).read_text())
    [names] = [
        node.value for node in tree.body if isinstance(node, ast.Assign) and ast.unparse(node.targets) == "__all__"
    ]
    return ast.literal_eval(names)


@pytest.mark.parametrize("package", LAZY + EAGER)
def test_every_name_is_there_and_told(package):
    module = importlib.import_module(package)
    assert sorted(module.__all__) == sorted(set(module.__all__))
    assert set(module.__all__) <= set(dir(module))
    for name in module.__all__:
        assert getattr(module, name) is not None


@pytest.mark.parametrize("package", LAZY)
def test_type_checkers_see_the_same_names(package):
    assert sorted(names_for_type_checkers(package)) == sorted(importlib.import_module(package).__all__)


@pytest.mark.parametrize("package", LAZY)
def test_an_unknown_name_is_an_attribute_error_that_lists_the_known(package):
    module = importlib.import_module(package)
    with pytest.raises(AttributeError, match=rf"'{package}' has no attribute 'nonsense'.*{module.__all__[-1]}"):
        _ = module.nonsense


@pytest.mark.parametrize("package", LAZY)
def test_the_import_alone_needs_the_standard_library_alone(package):
    ours = [str(ROOT / "launch"), *(str(folder) for folder in (ROOT / "ros2_ws" / "src").glob("pianomime_*"))]
    script = f"import sys; sys.path[:0] = {ours!r}; import {package}; print(*({HEAVY!r} & sys.modules.keys()))"
    script = script.replace(repr(HEAVY), repr(set(HEAVY)))
    done = subprocess.run([sys.executable, "-I", "-S", "-c", script], capture_output=True, text=True)
    assert (done.returncode, done.stdout.strip()) == (0, ""), done.stderr


def test_the_first_screen_tells_of_every_name():
    module = importlib.import_module("pianomime")
    assert len(module.__doc__.splitlines()) < 24
    assert [name for name in module.__all__ if f"`{name}" not in module.__doc__] == []
