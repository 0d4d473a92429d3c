"""Which files are taken from a folder."""

from pathlib import Path

import pytest

from pianomime.files.songs import collect_songs, read_each, read_score, read_song
from pianomime_core.errors import UserError
from pianomime_core.reading_rules import ReadingRules


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


def test_karaoke_and_riff_files_are_music_too(tmp_path: Path) -> None:
    for name in ("a.kar", "b.RMI"):
        touch(tmp_path / name)
    assert set(collect_songs([tmp_path])) == {"a", "b"}


def test_what_is_hidden_in_a_folder_is_left_out_but_not_what_is_named(tmp_path: Path) -> None:
    song = touch(tmp_path / ".config" / "song.mid")
    sidecar = touch(tmp_path / ".config" / "._song.mid")
    touch(tmp_path / ".config" / ".trash" / "old.mid")
    assert collect_songs([tmp_path / ".config"]) == {"song": song}
    assert list(collect_songs([sidecar]).values()) == [sidecar]


def note(path: Path) -> Path:
    """A MIDI file of one note, byte by byte."""
    track = b"\0\x90\x3c\x50\x60\x80\x3c\0\0\xff\x2f\0"
    path.write_bytes(b"MThd\0\0\0\6\0\1\0\1\1\xe0MTrk\0\0\0" + bytes([len(track)]) + track)
    return path


def test_what_is_odd_or_not_played_is_said_once(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = note(tmp_path / "song.mid")
    read_song(path)
    assert capsys.readouterr().err == ""
    path.write_bytes(path.read_bytes() + b"\r\n")
    read_song(path)
    assert capsys.readouterr().err == (
        f"pianomime: '{path}' is played, though 2 bytes from byte 34 on belong to no chunk\n"
    )


def test_what_the_musical_reading_changes_is_said(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = note(tmp_path / "song.mid")
    path.write_bytes(path.read_bytes().replace(b"\x60\x80\x3c", b"\x00\x80\x3c"))
    with pytest.raises(UserError, match="1 of zero length"):
        read_score(path)
    assert len(read_score(path, rules=ReadingRules.MUSICAL).notes) == 1
    assert capsys.readouterr().err == (
        f"pianomime: '{path}' is read for one piano: 1 note of no length, played for 50 ms\n"
    )


def test_of_many_songs_the_bad_ones_are_named_and_left_out(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    files = {"good": note(tmp_path / "good.mid"), "bad": touch(tmp_path / "bad.mid")}
    rolls, left_out = read_each(files, read_song)
    assert set(rolls) == {"good"}
    assert left_out == {"bad": f"MIDI file '{tmp_path}/bad.mid' is empty (0 bytes)"}
    assert capsys.readouterr().err == f"pianomime: left out: {left_out['bad']}\n"


def test_if_all_are_bad_there_is_nothing_to_do(tmp_path: Path) -> None:
    empty = touch(tmp_path / "a.mid")
    with pytest.raises(UserError, match=r"a.mid' is empty \(0 bytes\)$"):
        read_each({"a": empty}, read_song)
    with pytest.raises(UserError, match=r"is empty \(0 bytes\); nor is any of 1 other files any good"):
        read_each({"a": empty, "b": empty}, read_song)


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
    with pytest.raises(UserError, match=r"holds no MIDI file \(.mid, .midi, .kar, .rmi\)"):
        collect_songs([tmp_path])
