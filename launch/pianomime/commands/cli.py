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

# PYTHON_ARGCOMPLETE_OK

"""The `pianomime` command: parses the command line by the table of commands, and runs one of them.

Exit codes: 0 done, 1 failed (replay: different keys were pressed; play: a node died; evaluate, diagnose, refine: one of
several files is invalid or a song failed; doctor: something needed for playing is broken), 2 bad input, or a file that
could not be written, in one line on stderr, 130 Ctrl-C, 143 SIGTERM and 129 SIGHUP.
"""

import argparse
import importlib.metadata
import io
import re
import shutil
import sys
import textwrap
import traceback
from collections.abc import Sequence
from contextlib import nullcontext
from pathlib import Path
from typing import Any, NoReturn

from pianomime.commands.command import Command
from pianomime.commands.completion import complete
from pianomime.commands.table import COMMANDS
from pianomime.episodes.interrupts import interrupt_exit_code, interruptible
from pianomime.terminal import printing
from pianomime_core.errors import UserError, did_you_mean

EXIT_USER_ERROR = 2
_WIDEST_TEXT = 100
BY_NAME = {command.name: command for command in COMMANDS}
_EXAMPLES = ("pianomime play", "pianomime play song.mid --viewer browser", "pianomime play --help")


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command and return its exit code."""
    for stream in (sys.stdout, sys.stderr):
        # File names may contain bytes that are invalid in the terminal's encoding.
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")
    options = None
    try:
        options = parse(sys.argv[1:] if arguments is None else arguments)
        command = BY_NAME[options.command]
        with (
            interruptible() if command.interruptible else nullcontext(),
            printing(options.verbosity, options.json),
        ):
            return command.run(options)
    except UserError as error:
        if options is not None and options.verbosity == "verbose":
            traceback.print_exc()
        print(f"pianomime: error: {error}", file=sys.stderr)
        return EXIT_USER_ERROR
    except KeyboardInterrupt as interrupt:
        return interrupt_exit_code(interrupt)


def parse(arguments: Sequence[str]) -> argparse.Namespace:
    """Return the options; `command` is the subcommand. Without arguments, print the help and exit.

    Raises:
        UserError: They are not understood.
    """
    parser = _Parser(prog="pianomime", description="Two robot hands play the piano.", epilog=_examples(_EXAMPLES))
    parser.add_argument("--version", action="version", version=f"pianomime {importlib.metadata.version('pianomime')}")
    commands = parser.add_subparsers(dest="command", metavar="{" + ",".join(BY_NAME) + "}", required=True)
    subparsers = {command.name: _add(commands, command) for command in COMMANDS}
    complete(parser, subparsers)
    if not arguments:
        parser.print_help()
        parser.exit()
    options, unknown = parser.parse_known_args(arguments)
    if unknown:
        legal = [text for action in subparsers[options.command]._actions for text in action.option_strings]
        guess = did_you_mean(unknown[0], legal)
        raise UserError(f"unknown argument {unknown[0]!r}: {guess}{options.command} has the options {', '.join(legal)}")
    return options


class _Parser(argparse.ArgumentParser):
    """An argument parser whose errors are our errors: one line, no usage text around it."""

    def __init__(self, **settings: Any) -> None:
        super().__init__(allow_abbrev=False, formatter_class=argparse.RawDescriptionHelpFormatter, **settings)

    def error(self, message: str) -> NoReturn:
        if choice := re.search(r"invalid choice: '(.*)' \(choose from (.*)\)", message):
            guess = did_you_mean(choice[1], re.findall(r"[^', ]+", choice[2]))
            message = message.replace("(choose from", f"{guess}(choose from")
        raise UserError(f"{message} (see {self.prog} --help)")


def _add(commands: "argparse._SubParsersAction[_Parser]", command: Command) -> _Parser:
    width = min(shutil.get_terminal_size().columns - 2, _WIDEST_TEXT)
    parser = commands.add_parser(
        command.name,
        help=command.help,
        description=textwrap.fill(command.description, width),
        epilog="\n\n".join(filter(None, (command.details, _examples(command.examples)))),
    )
    command.add_arguments(parser)
    group = parser.add_argument_group("output")
    how_much = group.add_mutually_exclusive_group()
    settings: dict[str, Any] = {"dest": "verbosity", "action": "store_const", "default": "normal"}
    quiet = "print only errors and the result: no progress bar, no notices, no INFO lines of nodes"
    how_much.add_argument("-q", "--quiet", const="quiet", help=quiet, **settings)
    verbose = "also print where an error comes from, and DEBUG lines of nodes"
    how_much.add_argument("-v", "--verbose", const="verbose", help=verbose, **settings)
    if command.result:
        text = f"write {command.result} as JSON; - for the standard output, and everything else goes to stderr"
        group.add_argument("--json", type=Path, metavar="FILE.json", help=text)
    parser.set_defaults(json=None)
    return parser


def _examples(lines: Sequence[str]) -> str:
    return "\n  ".join(("examples:", *lines))
