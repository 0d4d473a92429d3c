"""Atomic writing."""

from pathlib import Path

import pytest

from pianomime_core.whole_file import write_whole


def test_an_old_file_survives_a_failure(tmp_path: Path) -> None:
    path = tmp_path / "x.json"
    path.write_text("old")

    def fail(new: Path) -> None:
        new.write_text("half")
        raise RuntimeError

    with pytest.raises(RuntimeError):
        write_whole(path, fail)
    assert path.read_text() == "old"
    assert list(tmp_path.iterdir()) == [path]


def test_a_new_file_has_the_usual_permissions(tmp_path: Path) -> None:
    (tmp_path / "usual.json").write_text("x")
    write_whole(tmp_path / "x.json", lambda path: path.write_text("new"))
    assert (tmp_path / "x.json").read_text() == "new"
    assert (tmp_path / "x.json").stat().st_mode == (tmp_path / "usual.json").stat().st_mode
