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

"""Chooses the library for offscreen rendering, before MuJoCo is imported."""

import ctypes.util
import os

from pianomime_core.errors import UserError

_LIBRARIES = {"egl": "EGL", "osmesa": "OSMesa"}
"""Value of MUJOCO_GL: shared library."""


def choose_gl() -> None:
    """Set MUJOCO_GL to an available library, unless it is set.

    Raises:
        UserError: Neither EGL nor OSMesa is installed.
    """
    if os.environ.get("MUJOCO_GL"):
        return
    for name, library in _LIBRARIES.items():
        if ctypes.util.find_library(library) is not None:
            os.environ["MUJOCO_GL"] = name
            return
    raise UserError("no library draws without a display here: apt install libegl1 libgl1-mesa-dri, or libosmesa6")
