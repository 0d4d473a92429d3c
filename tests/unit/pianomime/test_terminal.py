"""What a command prints: where its result goes, and what is left out when it is to be quiet."""

import io
import json
from pathlib import Path

import pytest
from rich.console import Console

from pianomime.terminal import NODE_LOG_LEVEL, STDOUT, notice, printing, progress, tracked, write_result
from pianomime_core.errors import UserError


def test_a_result_on_stdout_is_alone_there(capsys: pytest.CaptureFixture[str]) -> None:
    with printing("normal", STDOUT):
        print("table")
        Console().print("another")
        write_result(STDOUT, {"f1": 0.5})
    print("after")
    out, err = capsys.readouterr()
    assert json.loads(out.removesuffix("after\n")) == {"f1": 0.5}
    assert err == "table\nanother\n"


def test_a_result_in_a_file(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "x.json"
    with printing("normal", file):
        print("table")
        write_result(file, {"song": "Für Elise"})
    assert json.loads(file.read_text()) == {"song": "Für Elise"}
    assert capsys.readouterr().out == "table\n"


def test_no_result_is_written_unasked(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with printing("normal", None):
        write_result(None, {"f1": 0.5})
    assert capsys.readouterr().out == ""


def test_a_file_that_cannot_be_written_is_refused_before_the_work(tmp_path: Path) -> None:
    with pytest.raises(UserError, match=r"--json .*x\.txt.*\.json"), printing("normal", tmp_path / "x.txt"):
        pytest.fail("the work has begun")


def test_quiet_leaves_out_notices_and_progress(capsys: pytest.CaptureFixture[str]) -> None:
    terminal = Console(file=io.StringIO(), force_terminal=True)
    with printing("quiet", None):
        notice("the song begins late")
        with progress(console=terminal) as bar:
            assert bar.disable
        assert list(tracked(range(3), "playing", 3)) == [0, 1, 2]
    assert capsys.readouterr().err == ""
    notice("the song begins late")
    assert capsys.readouterr().err == "pianomime: the song begins late\n"
    with progress(console=terminal) as bar:
        assert not bar.disable


def test_nodes_log_as_much_as_is_asked() -> None:
    assert NODE_LOG_LEVEL == {"quiet": "warn", "normal": "info", "verbose": "debug"}
