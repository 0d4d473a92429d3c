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

"""One command of the table `pianomime.commands.table`."""

import argparse
from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True)
class Command:
    """A subcommand of `pianomime`.

    Attributes:
        name: Its name on the command line.
        help: Its line in the list of commands.
        description: What it does, in full sentences.
        examples: Command lines that work as they stand, apart from the names of files.
        add_arguments: Adds its arguments to a parser, all but `--json`, `--quiet` and `--verbose`.
        run: Does the work for the parsed arguments, and returns the exit code. It imports what is slow to import.
        result: What `--json` writes; empty if there is no such option.
        details: Text after the options, as it stands.
        interruptible: Whether signals end the music early (`pianomime.episodes.interrupts`) instead of the command.
    """

    name: str
    help: str
    description: str
    examples: tuple[str, ...]
    add_arguments: Callable[[argparse.ArgumentParser], None]
    run: Callable[[argparse.Namespace], int]
    result: str = ""
    details: str = ""
    interruptible: bool = False
