"""Output files: refused in time."""

from pathlib import Path

import pytest

from pianomime.outputs import check_file, make_folder
from pianomime_core.errors import UserError


def test_a_new_and_an_existing_file_are_fine(tmp_path: Path) -> None:
    path = tmp_path / "x.npz"
    check_file(path, "--rollout", ".npz")
    assert list(tmp_path.iterdir()) == []
    path.write_text("old")
    check_file(path, "--rollout", ".npz")
    assert path.read_text() == "old"


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("x.npy", "must end in .npz"),
        ("folder.npz", "is a folder"),
        ("nowhere/x.npz", "there is no folder '.*nowhere'"),
        ("/proc/x.npz", "cannot be written"),
    ],
)
def test_what_cannot_be_written_is_refused(tmp_path: Path, name: str, reason: str) -> None:
    (tmp_path / "folder.npz").mkdir()
    with pytest.raises(UserError, match=f"--rollout '.*{Path(name).name}'.*{reason}"):
        check_file(tmp_path / name, "--rollout", ".npz")


def test_one_of_several_suffixes_will_do(tmp_path: Path) -> None:
    check_file(tmp_path / "x.mid", "--out", ".wav", ".mid")
    with pytest.raises(UserError, match=r"--out '.*x.mp3': the name must end in .wav or .mid"):
        check_file(tmp_path / "x.mp3", "--out", ".wav", ".mid")


def test_folders_are_made(tmp_path: Path) -> None:
    make_folder(tmp_path / "a" / "b", "--rollouts")
    assert (tmp_path / "a" / "b").is_dir()


def test_a_folder_that_cannot_be_made_is_refused(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(UserError, match=r"--rollouts '.*file' cannot be made: File exists"):
        make_folder(tmp_path / "file", "--rollouts")
