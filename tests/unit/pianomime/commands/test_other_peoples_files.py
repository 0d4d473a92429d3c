"""Real-world folders and file names: invalid files are named, and inputs are never overwritten."""

import json
import os
from pathlib import Path

import mido
import pytest
from command_examples import Command, write_midi

from pianomime_core.rollout import Rollout


@pytest.fixture
def songs(tmp_path: Path) -> Path:
    """A song, one that is damaged, and what a Mac leaves beside it."""
    folder = tmp_path / "songs"
    folder.mkdir()
    write_midi(folder / "good.mid", (0.0, 0.4, 60))
    (folder / "bad.mid").write_bytes(b"MThd")
    (folder / "._good.mid").write_bytes(b"\0\5\x16\7Mac OS X")
    return folder


@pytest.fixture
def band(tmp_path: Path) -> Path:
    """A piano of one second, then strings of one second."""
    midi = mido.MidiFile(ticks_per_beat=480)
    for channel, program, pitch in ((0, 0, 60), (1, 48, 72)):
        track = midi.add_track(("Piano", "Strings")[channel])
        track.append(mido.Message("program_change", channel=channel, program=program))
        track.append(mido.Message("note_on", channel=channel, note=pitch, time=960 * channel))
        track.append(mido.Message("note_off", channel=channel, note=pitch, time=960))
    midi.save(tmp_path / "band.mid")
    return tmp_path / "band.mid"


@pytest.mark.parametrize("command", ["evaluate", "diagnose"])
def test_one_bad_file_does_not_end_a_folder(command: str, songs: Path, pianomime: Command, tmp_path: Path) -> None:
    out = tmp_path / "out.json"
    result = pianomime(command, songs, "--controller", "idle", "--jobs", 1, "--json", out)
    assert result.code == 1
    reason = f"MIDI file '{songs}/bad.mid' is truncated or damaged: it ends too early"
    assert result.err == f"pianomime: left out: {reason}\n"
    assert "good" in result.out
    found = json.loads(out.read_text())
    assert [song["song"] for song in found["songs"]] == ["good"]
    assert found["left_out"] == {"bad": reason}


@pytest.mark.parametrize("command", ["evaluate", "diagnose"])
def test_a_bad_file_alone_is_refused(command: str, songs: Path, pianomime: Command) -> None:
    pianomime(command, songs / "bad.mid", "--controller", "idle").refuses("bad.mid", "it ends too early")


def test_a_damaged_rollout_of_many_is_left_out(songs: Path, pianomime: Command, tmp_path: Path) -> None:
    folder = tmp_path / "rollouts"
    assert pianomime("evaluate", songs / "good.mid", "--controller", "idle", "--rollouts", folder).code == 0
    (folder / "torn.npz").write_bytes((folder / "good.npz").read_bytes()[:100])
    result = pianomime("diagnose", folder)
    assert result.code == 1
    assert result.err.startswith("pianomime: left out: ")
    assert "torn.npz" in result.err


def test_the_piano_is_played_and_tracks_choose(band: Path, pianomime: Command, tmp_path: Path) -> None:
    heard = {}
    for choice in ((), ("--tracks", "2"), ("--channels", "1,2")):
        result = pianomime("evaluate", band, "--controller", "idle", "--rollouts", tmp_path / "out", *choice)
        assert result.code == 0
        goal = Rollout.load(tmp_path / "out" / "band.npz").goal
        heard[choice] = [int(key) + 21 for key in goal.any(axis=0).nonzero()[0]]
        if not choice:
            assert result.err.startswith(f"pianomime: '{band}' has several instruments, of which are played: track 1")
            assert "left out: track 2 'Strings' (channel 2, ensemble)" in result.err
            assert result.err.count("\n") == 1
    assert list(heard.values()) == [[60], [72], [60, 72]]


@pytest.mark.parametrize("command", ["play", "evaluate", "diagnose", "refine"])
@pytest.mark.parametrize(
    ("choice", "words"),
    [(("--tracks", "0"), "tracks '0': want whole numbers from 1"), (("--channels", "3"), "channel 3 has no notes")],
)
def test_a_choice_of_nothing_is_refused(
    command: str, choice: tuple[str, str], words: str, band: Path, pianomime: Command, tmp_path: Path
) -> None:
    extra = {"play": ("--no-ros",), "refine": ("--out", tmp_path / "out.npz")}.get(command, ("--controller", "idle"))
    pianomime(command, band, *choice, *extra).refuses(words)


def test_nothing_that_is_read_is_written_over(band: Path, pianomime: Command, tmp_path: Path) -> None:
    before = band.read_bytes()
    link = tmp_path / "link.mid"
    link.symlink_to(band)
    for out in (band, link):
        arguments = ("play", band, "--no-ros", "--controller", "idle", "--midi", out)
        pianomime(*arguments).refuses(f"--midi '{out}' would overwrite input '{band}'")
    json_link = tmp_path / "out.json"
    json_link.hardlink_to(band)
    pianomime("evaluate", band, "--controller", "idle", "--json", json_link).refuses("--json", "would overwrite")
    pianomime("diagnose", band, "--controller", "idle", "--json", json_link).refuses("--json", "would overwrite")
    assert band.read_bytes() == before


def test_a_name_in_another_encoding_is_played_or_refused(songs: Path, pianomime: Command, tmp_path: Path) -> None:
    song = tmp_path / os.fsdecode(b"Pr\xe9lude.mid")
    song.write_bytes((songs / "good.mid").read_bytes())
    out = tmp_path / "out.json"
    assert pianomime("evaluate", song, "--controller", "idle", "--json", out).code == 0
    assert json.loads(out.read_text())["songs"][0]["song"] == song.stem
    assert pianomime("play", song, "--controller", "idle", "--no-ros").code == 0
    pianomime("play", song, "--controller", "idle", "--sync").refuses("Pr\\udce9lude.mid", "not in UTF-8", "--no-ros")


def test_names_with_escape_codes_and_markup_are_printed_as_they_are(pianomime: Command, tmp_path: Path) -> None:
    song = write_midi(tmp_path / "\x1b[31mred\x07 [bold]$x$.mid", (0.0, 0.4, 60))
    for result in (
        pianomime("evaluate", song, "--controller", "idle", "--jobs", 1),
        pianomime("diagnose", song, "--controller", "idle", "--jobs", 1),
        pianomime("play", song, "--controller", "idle", "--no-ros", "--sync"),
    ):
        assert result.code == 0, result
        assert r"\x1b[31mred\x07 [bold]$x$" in result.out
        assert "\x1b" not in result.out + result.err
