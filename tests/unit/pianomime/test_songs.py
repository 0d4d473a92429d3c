"""Which files a folder means."""

from pathlib import Path

import pytest

from pianomime.songs import collect_songs
from pianomime_core.errors import UserError


def touch(path: Path) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.touch()
    return path


def test_one_file_is_named_after_itself(tmp_path: Path) -> None:
    path = touch(tmp_path / "a.mid")
    assert collect_songs([path]) == {"a": path}


def test_folders_are_searched_to_the_bottom_and_sorted(tmp_path: Path) -> None:
    late, early, odd = (touch(tmp_path / name) for name in ("b/x.mid", "a/x.MID", "a/deep/y.midi"))
    touch(tmp_path / "a" / "notes.txt")
    assert list(collect_songs([tmp_path]).items()) == [("a/deep/y", odd), ("a/x", early), ("b/x", late)]


def test_a_file_given_twice_is_played_once(tmp_path: Path) -> None:
    path = touch(tmp_path / "a.mid")
    assert collect_songs([path, tmp_path, tmp_path / "." / "a.mid"]) == {"a": path}


def test_names_stay_distinct(tmp_path: Path) -> None:
    touch(tmp_path / "a.mid")
    touch(tmp_path / "a.midi")
    assert set(collect_songs([tmp_path])) == {"a.mid", "a.midi"}


def test_other_files_than_midi_are_found_and_named(tmp_path: Path) -> None:
    path = touch(tmp_path / "b" / "x.npz")
    assert collect_songs([tmp_path], "rollout", (".npz",)) == {"x": path}
    touch(tmp_path / "a" / "x.mid")
    with pytest.raises(UserError, match=r"holds no rollout \(.npz\)"):
        collect_songs([tmp_path / "a"], "rollout", (".npz",))


def test_what_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="no such MIDI file or folder: 'nowhere'"):
        collect_songs([Path("nowhere")])
    with pytest.raises(UserError, match=r"holds no MIDI file \(.mid, .midi\)"):
        collect_songs([tmp_path])
