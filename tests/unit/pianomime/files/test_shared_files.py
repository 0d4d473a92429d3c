"""Which song a name means, and where the files of this package are."""

from pathlib import Path

import pytest

from pianomime.files.shared_files import DEFAULT_SONG, bundled_songs, find_song, share_directory
from pianomime_core.errors import UserError


def touch(path: Path) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.touch()
    return path


def test_default_song_is_bundled() -> None:
    assert find_song(None).name == f"{DEFAULT_SONG}.mid"
    assert find_song(None).is_file()


def test_a_bundled_song_is_found_by_name_from_any_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert find_song("twinkle") == bundled_songs()["twinkle"]


def test_a_file_of_the_users_own_goes_first(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    touch(tmp_path / "twinkle")
    assert find_song("twinkle") == Path("twinkle")


def test_missing_song_names_itself_and_the_bundled_ones() -> None:
    with pytest.raises(UserError, match=r"'nowhere.mid'.*minuet_in_g.*twinkle"):
        find_song("nowhere.mid")


def test_share_directory_of_an_installation(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    touch(tmp_path / "share" / "pianomime" / "songs" / "x.mid")
    monkeypatch.setenv("AMENT_PREFIX_PATH", f"{tmp_path / 'other'}:{tmp_path}")
    monkeypatch.setattr(
        "pianomime.files.shared_files.__file__", str(tmp_path / "lib" / "pianomime" / "shared_files.py")
    )
    assert share_directory() == tmp_path / "share" / "pianomime"
