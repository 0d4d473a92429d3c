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

"""What is installed only where it is asked for, and how to ask. The standard library alone."""

from collections.abc import Iterator
from contextlib import contextmanager

from pianomime_core.errors import UserError

MAKE_TARGETS = {"gym": "training", "perceive": "perceive", "training": "training", "transcribe": "transcribe"}
"""Extra to the target of the Makefile that installs the same; of the others, `make install` brings all but `ray`."""
BARE = {"perceive": "mediapipe==0.10.14", "transcribe": "transkun==2.0.1"}
"""Extra to what is installed beside it without dependencies, as in the Makefile."""


def missing_extra(what: str, package: str, extra: str) -> str:
    """Return the one line that says how to install what is missing; pip knows the extras of what is installed.

    Args:
        what: What was asked for, as people call it.
        package: What it needs and is not installed.
        extra: The extra of the project that brings it.
    """
    bare = f" and pip install --no-deps {BARE[extra]}" if extra in BARE else ""
    make = f", or make {MAKE_TARGETS[extra]} in the source folder" if extra in MAKE_TARGETS else ""
    return f'{what} needs {package}, not installed here: pip install "pianomime[{extra}]"{bare}{make}'


@contextmanager
def needs_extra(what: str, extra: str) -> Iterator[None]:
    """Turn a failed import within into that line.

    Raises:
        UserError: Something is not installed, or cannot be loaded.
    """
    try:
        yield
    except ImportError as error:
        # A library that lacks one of the system's says so itself; its name alone would not help.
        package = error.name if isinstance(error, ModuleNotFoundError) and error.name else f"more ({error})"
        raise UserError(missing_extra(what, package, extra)) from error
