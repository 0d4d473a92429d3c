"""Completion in a shell, asked as bash asks: by argcomplete's protocol."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from pianomime import __main__, commands
from pianomime.commands.table import COMMANDS
from pianomime.files.songs import bundled_songs
from pianomime_policy.controllers.specs import OURS

_ASK = "import sys; from pianomime.commands.cli import main; main()"


def completions(line: str, folder: Path) -> set[str]:
    """What is offered at the end of a command line; answers go to file descriptor 8."""
    answers = folder / "answers"
    environ = {
        **os.environ,
        **{"_ARGCOMPLETE": "1", "_ARGCOMPLETE_IFS": "\n", "_ARGCOMPLETE_SHELL": "bash", "COMP_TYPE": "9"},
        **{"COMP_LINE": line, "COMP_POINT": str(len(line))},
    }
    command = ["bash", "-c", '"$@" 8>"$0"', str(answers), sys.executable, "-c", _ASK]
    done = subprocess.run(command, env=environ, cwd=folder, capture_output=True, text=True, check=True)
    assert done.stdout == ""
    found = {word.strip() for word in answers.read_text().split("\n")}
    answers.unlink()
    return found


@pytest.fixture
def files(tmp_path: Path) -> Path:
    for name in ("song.mid", "rollout.npz", "sound.wav"):
        (tmp_path / name).touch()
    (tmp_path / "songs").mkdir()
    return tmp_path


def test_commands_are_completed(files: Path) -> None:
    assert completions("pianomime ", files) >= {command.name for command in COMMANDS}
    assert completions("pianomime ev", files) == {"evaluate"}


def test_controllers_and_choices_are_completed(files: Path) -> None:
    assert completions("pianomime play --controller ", files) == set(OURS)
    assert completions("pianomime live --mode re", files) == {"reactive"}


def test_options_are_completed(files: Path) -> None:
    assert completions("pianomime play --tr", files) == {"--tracks"}
    assert completions("pianomime play --viewer-p", files) == {"--viewer-port"}


def test_songs_are_bundled_ones_and_files(files: Path) -> None:
    assert completions("pianomime play -q ", files) >= {*bundled_songs(), "song.mid", "songs/"}
    assert completions("pianomime refine tw", files) == {"twinkle"}


def test_files_are_those_that_fit(files: Path) -> None:
    assert completions("pianomime replay r", files) == {"rollout.npz"}
    assert completions("pianomime sound rollout.npz --out s", files) == {"songs/", "song.mid", "sound.wav"}
    assert completions("pianomime evaluate s --rollouts ", files) == {"songs/"}


@pytest.mark.parametrize("module", [__main__, commands])
def test_the_marker_for_global_completion_stands_at_the_beginning(module: object) -> None:
    path = Path(module.__file__)
    file = path.with_name("cli.py") if path.name == "__init__.py" else path
    assert "PYTHON_ARGCOMPLETE_OK" in file.read_text()[:1024]
