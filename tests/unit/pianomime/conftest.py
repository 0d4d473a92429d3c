"""The command run in process."""

import signal
from collections.abc import Iterator
from pathlib import Path

import pytest
from command_examples import Command, Result, write_midi

from pianomime.commands.cli import main


@pytest.fixture
def pianomime(capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Command:
    """Run `pianomime ARGUMENTS...`; the terminal is wide enough for every table."""
    monkeypatch.setenv("COLUMNS", "150")

    def run(*arguments: object) -> Result:
        capfd.readouterr()
        try:
            code = main([str(argument) for argument in arguments])
        except SystemExit as end:  # argparse, after --help and --version
            code = int(end.code or 0)
        return Result(code, *capfd.readouterr())

    return run


@pytest.fixture
def tune(tmp_path: Path) -> Path:
    """Three notes in 1.2 s."""
    return write_midi(tmp_path / "tune.mid", (0.0, 0.4, 60), (0.4, 0.8, 64), (0.8, 1.2, 67))


@pytest.fixture
def recorded(pianomime: Command, tune: Path, tmp_path: Path) -> Path:
    """The rollout of `tune`, played by the default controller."""
    path = tmp_path / "recorded.npz"
    assert pianomime("play", tune, "--no-ros", "--sync", "--rollout", path).code == 0
    return path


@pytest.fixture
def hears_interrupts() -> Iterator[None]:
    """SIGINT is heard even where the tests were started in the background of a shell, which ignores it there."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)
