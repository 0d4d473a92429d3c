"""Output files are refused in time."""

import json
import os
from pathlib import Path

import pytest

from pianomime.files.outputs import check_file, keep_apart, make_folder, write_json
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


def test_different_files_are_kept_apart(tmp_path: Path) -> None:
    song = tmp_path / "song.mid"
    song.touch()
    keep_apart([("--midi", tmp_path / "played.mid"), ("--wav", tmp_path / "song.wav"), ("--json", None)], [song, None])
    assert [path.name for path in tmp_path.iterdir()] == ["song.mid"]


@pytest.mark.parametrize("way", ["itself", "by a detour", "symbolic link", "link to its folder", "hard link"])
def test_an_output_that_is_an_input_is_refused(way: str, tmp_path: Path) -> None:
    folder = tmp_path / "songs"
    folder.mkdir()
    song = folder / "song.mid"
    song.touch()
    out = tmp_path / "out.mid"
    match way:
        case "itself":
            out = song
        case "by a detour":
            out = folder / ".." / "songs" / "song.mid"
        case "symbolic link":
            out.symlink_to(song)
        case "link to its folder":
            (tmp_path / "music").symlink_to(folder)
            out = tmp_path / "music" / "song.mid"
        case "hard link":
            out.hardlink_to(song)
    with pytest.raises(UserError, match=f"--midi '{out}' would overwrite input '{song}': give another name"):
        keep_apart([("--midi", out)], [song])


def test_two_outputs_that_are_one_file_are_refused(tmp_path: Path) -> None:
    link = tmp_path / "link.wav"
    link.symlink_to(tmp_path / "later.wav")
    with pytest.raises(UserError, match=r"--b '.*link.wav' would overwrite what --a '.*later.wav' writes"):
        keep_apart([("--a", tmp_path / "later.wav"), ("--b", link)])


def test_a_file_system_that_ignores_case_is_heeded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    outputs = [("--a", tmp_path / "x.wav"), ("--b", tmp_path / "X.wav")]
    keep_apart(outputs)
    monkeypatch.setattr("pianomime.files.outputs.folds_case", lambda folder: True)
    with pytest.raises(UserError, match=r"--b '.*X.wav' would overwrite"):
        keep_apart(outputs)


def test_links_that_go_round_in_a_circle_are_no_file(tmp_path: Path) -> None:
    link = tmp_path / "round.mid"
    link.symlink_to(link)
    keep_apart([("--midi", link)], [tmp_path / "song.mid"])


def test_a_name_in_another_encoding_survives_json(tmp_path: Path) -> None:
    name = os.fsdecode(b"Pr\xe9lude")
    write_json(tmp_path / "x.json", {name: "é"})
    assert json.loads((tmp_path / "x.json").read_text(encoding="utf-8")) == {name: "é"}


def test_folders_are_made(tmp_path: Path) -> None:
    make_folder(tmp_path / "a" / "b", "--rollouts")
    assert (tmp_path / "a" / "b").is_dir()


def test_a_folder_that_cannot_be_made_is_refused(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(UserError, match=r"--rollouts '.*file' cannot be made: File exists"):
        make_folder(tmp_path / "file", "--rollouts")
