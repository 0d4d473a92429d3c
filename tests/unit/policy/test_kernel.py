"""Compiled functions follow their sources, including callees; nothing is compiled twice or cached for ever."""

import dis
import importlib
import os
import pkgutil
import re
import shutil
import sys
from pathlib import Path
from types import ModuleType

import numba
import pytest
from numba.core.dispatcher import Dispatcher

import pianomime_policy
from pianomime_policy import kernel as kernel_module

ROOT = Path(__file__).resolve().parents[3]
INNER = "from hand.kernel import kernel\n\n\n@kernel\ndef inner(x):\n    return x + {added}\n"
OUTER = (
    "from hand.inner import inner\nfrom hand.kernel import kernel\n\n\n@kernel\ndef outer(x):\n    return inner(x)\n"
)


@pytest.fixture
def package(tmp_path, monkeypatch) -> Path:
    """A package `hand` of two kernels, one calling the other, kept in the user's cache `tmp_path / "cache"`."""
    folder = tmp_path / "sources" / "hand"
    folder.mkdir(parents=True)
    (folder / "__init__.py").touch()
    shutil.copy(kernel_module.__file__, folder)
    (folder / "inner.py").write_text(INNER.format(added=1))
    (folder / "outer.py").write_text(OUTER)
    monkeypatch.syspath_prepend(folder.parent)
    monkeypatch.setattr(numba.config, "CACHE_DIR", "")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setattr(sys, "dont_write_bytecode", True)  # two writes of a source within a second look the same
    yield folder
    forget()


def forget() -> None:
    for name in [name for name in sys.modules if name.split(".")[0] == "hand"]:
        del sys.modules[name]
    importlib.invalidate_caches()


def anew() -> tuple[ModuleType, Dispatcher]:
    """The module `hand.kernel` and the function `outer` as a new process imports them."""
    forget()
    return importlib.import_module("hand.kernel"), importlib.import_module("hand.outer").outer


def folders(tmp_path: Path) -> list[Path]:
    return sorted((tmp_path / "cache" / "pianomime").iterdir())


def test_what_is_compiled_once_is_loaded_afterwards(package):
    _, outer = anew()
    assert outer(1) == 2
    assert (len(outer.stats.cache_misses), len(outer.stats.cache_hits)) == (1, 0)
    module, outer = anew()
    told = []
    with module.on_compiling(lambda: told.append(True)):
        assert outer(1) == 2
    assert (len(outer.stats.cache_misses), len(outer.stats.cache_hits)) == (0, 1)
    assert told == []


def test_a_changed_callee_in_another_file_is_noticed(package, tmp_path):
    module, outer = anew()
    assert outer(1) == 2
    before, _ = module.kernel_folder()
    (package / "inner.py").write_text(INNER.format(added=10))
    module, outer = anew()
    told = []
    with module.on_compiling(lambda: told.append(True)):
        assert outer(1) == 11
    assert told
    after, _ = module.kernel_folder()
    assert sorted([before, after]) == folders(tmp_path)


def test_a_changed_file_without_kernels_compiles_nothing(package):
    module, _ = anew()
    before = module.kernel_folder()
    (package / "__init__.py").write_text("# nothing compiled\n")
    module, _ = anew()
    assert module.kernel_folder() == before


def test_old_folders_go_when_a_new_one_comes(package, tmp_path):
    kept = kernel_module.KEPT_FOLDERS
    made = []
    for added in range(kept + 2):
        (package / "inner.py").write_text(INNER.format(added=added))
        module, _ = anew()
        folder, _ = module.kernel_folder()
        os.utime(folder, (added, added))
        made.append(folder)
    assert folders(tmp_path) == sorted(made[-kept:])


def test_where_nothing_can_be_kept_it_is_compiled_all_the_same(package, tmp_path):
    (tmp_path / "cache").write_text("not a folder")
    module, outer = anew()
    folder, why_not = module.kernel_folder()
    assert folder is None
    assert str(tmp_path / "cache") in why_not
    assert outer(1) == 2
    assert not list(package.rglob("*.nb?"))


def test_the_folder_that_numba_is_given_is_used(package, tmp_path, monkeypatch):
    monkeypatch.setattr(numba.config, "CACHE_DIR", str(tmp_path / "elsewhere"))
    _, outer = anew()
    assert outer(1) == 2
    assert list((tmp_path / "elsewhere").rglob("outer*.nbc"))
    assert str(tmp_path / "elsewhere") == numba.config.CACHE_DIR


def kernels() -> list[tuple[ModuleType, Dispatcher]]:
    names = [module.name for module in pkgutil.walk_packages(pianomime_policy.__path__, "pianomime_policy.")]
    modules = [importlib.import_module(name) for name in names if not name.endswith("_node") and ".ros_" not in name]
    return [
        (module, value)
        for module in modules
        for value in vars(module).values()
        if isinstance(value, Dispatcher) and value.py_func.__module__ == module.__name__
    ]


def test_kernels_use_nothing_of_files_without_kernels():
    found = kernels()
    hashed = {module for module, _ in found}
    assert len(found) > 20
    for module, function in found:
        used = {op.argval for op in dis.get_instructions(function.py_func) if op.opname == "LOAD_GLOBAL"}
        for name in used & vars(module).keys() - {"np"}:
            assert any(is_set_in(home, name) for home in hashed), f"{function.py_func.__qualname__}: {name}"


def is_set_in(module: ModuleType, name: str) -> bool:
    """Return True if a module defines this name itself, not counting imports."""
    lines = Path(str(module.__file__)).read_text().splitlines()
    return any(re.match(rf"(def|class) {name}\b|(\w+, )*{name}(, \w+)* = ", line) for line in lines)


def test_no_other_file_compiles():
    folders = (ROOT / "ros2_ws" / "src", ROOT / "launch", ROOT / "training", ROOT / "benchmarks")
    sources = [path for folder in folders for path in folder.rglob("*.py") if "build" not in path.parts]
    assert [path.name for path in sources if "njit" in path.read_text()] == ["kernel.py"]
