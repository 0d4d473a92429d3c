# Copyright 2026 PianoMime contributors
#
# Licensed under the Apache License, Version 2.0 (the "License");
# you may not use this file except in compliance with the License.
# You may obtain a copy of the License at
#
#     http://www.apache.org/licenses/LICENSE-2.0
#
# Unless required by applicable law or agreed to in writing, software
# distributed under the License is distributed on an "AS IS" BASIS,
# WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
# See the License for the specific language governing permissions and
# limitations under the License.

"""Names of a package that are imported when they are first used (PEP 562). The standard library alone.

Launch files run under the system's python, where NumPy and MuJoCo may be missing, and import our packages; a command
should say `--help` at once. So packages offer their names without importing what defines them.
"""

from collections.abc import Callable, Mapping
from importlib import import_module
from importlib.util import find_spec
from typing import Any


def lazy_names(
    package: str, modules: Mapping[str, tuple[str, ...]]
) -> tuple[Callable[[str], Any], Callable[[], list[str]]]:
    """Return `__getattr__` and `__dir__` of a package.

    Args:
        package: Its `__name__`.
        modules: Absolute module name to the names that it defines and the package offers.
    """
    module_of = {name: module for module, names in modules.items() for name in names}

    def get(name: str) -> Any:
        if name not in module_of:
            raise AttributeError(f"module {package!r} has no attribute {name!r}: it offers {', '.join(module_of)}")
        return getattr(import_module(module_of[name]), name)

    return get, lambda: sorted(module_of)


def lazy_module(package: str, module: str) -> tuple[Callable[[str], Any], Callable[[], list[str]]]:
    """Return `__getattr__` and `__dir__` of a package that offers every name of one module, as its `__all__` says.

    Args:
        package: Its `__name__`.
        module: Absolute name of the module, which is imported with the first name.
    """

    def get(name: str) -> Any:
        # `from package import submodule` asks for an attribute before it imports the module.
        if name != "__all__" and (name.startswith("_") or find_spec(f"{package}.{name}")):
            raise AttributeError(f"module {package!r} has no attribute {name!r}")
        if name == "__all__":
            return import_module(module).__all__
        return lazy_names(package, {module: tuple(import_module(module).__all__)})[0](name)

    return get, lambda: sorted(import_module(module).__all__)
