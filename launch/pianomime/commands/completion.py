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

"""Completes names of songs, controllers and files in a shell, with argcomplete; subcommands, options and their choices
are completed by argcomplete itself."""

import argparse
import os
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pianomime.files.shared_files import MIDI_SUFFIXES, bundled_songs
from pianomime_policy.controllers.specs import OURS


def complete(parser: argparse.ArgumentParser, subparsers: Mapping[str, argparse.ArgumentParser]) -> None:
    """If a shell asks, print the completions and exit."""
    if "_ARGCOMPLETE" not in os.environ:
        return
    import argcomplete

    for subparser in subparsers.values():
        for action in subparser._actions:
            if action.nargs != 0 and action.choices is None:
                action.completer = _completer(action)  # type: ignore[attr-defined]
    argcomplete.autocomplete(parser)


def _completer(action: argparse.Action) -> Any:
    from argcomplete.completers import DirectoriesCompleter, FilesCompleter

    if action.dest == "controller":
        return lambda **_: list(OURS)
    if action.dest in ("song", "songs"):
        files = FilesCompleter(MIDI_SUFFIXES)
        return lambda prefix, **_: [*bundled_songs(), *files(prefix)]
    if action.metavar in ("DIR", "FOLDER"):
        return DirectoriesCompleter()
    if action.type is Path:
        return FilesCompleter(re.findall(r"\.\w+", str(action.metavar)))
    return lambda **_: []
