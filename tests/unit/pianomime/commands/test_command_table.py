"""The table of commands: every help ends with examples that parse, and every command prints as it is asked to."""

import shlex
import subprocess
import sys

import pytest
from command_examples import Command as Run

from pianomime.commands.cli import parse
from pianomime.commands.command import Command
from pianomime.commands.table import COMMANDS

EVERY_COMMAND = pytest.mark.parametrize("command", COMMANDS, ids=lambda command: command.name)
WITH_A_RESULT = {
    "play",
    "live",
    "follow",
    "evaluate",
    "diagnose",
    "refine",
    "replay",
    "perceive",
    "transcribe",
    "doctor",
}
HEAVY = {"mujoco", "numba", "rclpy", "matplotlib", "numpy", "rich", "scipy", "onnxruntime", "cv2", "av", "tyro"}


@EVERY_COMMAND
def test_help_ends_with_examples_that_parse(command: Command, pianomime: Run) -> None:
    *_, examples = pianomime(command.name, "--help").out.split("\nexamples:\n")
    lines = [line.strip() for line in examples.splitlines()]
    assert lines == list(command.examples)
    assert 2 <= len(lines) <= 4
    assert any(line.split()[1] == command.name for line in lines)
    for line in lines:
        program, *arguments = shlex.split(line)
        assert program == "pianomime"
        parse(arguments)


def test_help_of_the_command_itself_ends_with_examples_that_parse(pianomime: Run) -> None:
    *_, examples = pianomime("--help").out.split("\nexamples:\n")
    for line in examples.strip().splitlines():
        if "--help" not in line:
            parse(shlex.split(line)[1:])


@EVERY_COMMAND
def test_every_command_may_be_quiet_or_verbose_but_not_both(command: Command, pianomime: Run) -> None:
    line = next(line for line in command.examples if line.split()[1] == command.name)
    arguments = shlex.split(line)[1:]
    for options, verbosity in (([], "normal"), (["-q"], "quiet"), (["--verbose"], "verbose")):
        assert parse([*arguments, *options]).verbosity == verbosity
    pianomime(*arguments, "-q", "-v").refuses("-q", "-v", "not allowed")


@EVERY_COMMAND
def test_json_is_an_option_where_there_is_a_result(command: Command, pianomime: Run) -> None:
    assert ("--json" in pianomime(command.name, "--help").out) == (command.name in WITH_A_RESULT)


@EVERY_COMMAND
def test_a_file_for_the_result_that_cannot_be_written_is_refused_at_once(command: Command, pianomime: Run) -> None:
    if command.name in WITH_A_RESULT:
        line = next(line for line in command.examples if line.split()[1] == command.name)
        arguments = shlex.split(line)[1:]
        pianomime(*arguments, "--json", "nowhere/x.json").refuses("--json", "nowhere/x.json", "no folder")
        pianomime(*arguments, "--json", "x.txt").refuses("--json", "x.txt", ".json")


def test_no_help_is_slow() -> None:
    code = "import sys; from pianomime.commands.cli import main\n"
    code += "for name in (*sys.argv[1:], None):\n    try: main([name, '--help'] if name else ['--help'])\n"
    code += "    except SystemExit: pass\nprint(*sorted(sys.modules))"
    done = subprocess.run(
        [sys.executable, "-c", code, *(command.name for command in COMMANDS)],
        capture_output=True,
        text=True,
        check=True,
    )
    assert HEAVY & set(done.stdout.splitlines()[-1].split()) == set()


def test_verbose_shows_where_an_error_comes_from(pianomime: Run) -> None:
    result = pianomime("replay", "nowhere.npz", "-v")
    assert result.code == 2
    assert "Traceback" in result.err
    assert result.err.splitlines()[-1].startswith("pianomime: error: ")
    pianomime("replay", "nowhere.npz").refuses("nowhere.npz")
