"""play --no-ros."""

import errno
import json
import os
import signal
from pathlib import Path
from typing import IO

import pytest
from command_examples import Command, write_midi

from pianomime_core.metrics import RunningScore
from pianomime_core.rollout import Rollout


def test_prints_the_table_and_writes_the_rollout(pianomime: Command, tune: Path, tmp_path: Path) -> None:
    result = pianomime("play", tune, "--no-ros", "--controller", "idle", "--rollout", tmp_path / "x.npz")
    assert result.code == 0, result
    for word in ("precision", "recall", "F1", "onset F1", "do-nothing F1", "missed deadlines"):
        assert word in result.out
    rollout = Rollout.load(tmp_path / "x.npz")
    assert rollout.metadata["controller"] == "idle"
    assert f"{rollout.metadata['scores']['f1']:.4f}" in result.out


def test_json_has_the_numbers_of_the_table(pianomime: Command, tune: Path, tmp_path: Path) -> None:
    rollout = tmp_path / "tune.npz"
    result = pianomime("play", tune, "--no-ros", "--controller", "idle", "--rollout", rollout, "--json", "-")
    found = json.loads(result.out)
    assert (found.pop("song"), found.pop("controller"), found.pop("missed_deadlines")) == ("tune", "idle", 0)
    heard = found.pop("heard")
    assert (heard["note_recall"], heard["strikes"], heard["stray_strikes"]) == (0, 0, [])
    assert found == Rollout.load(rollout).metadata["scores"]
    assert f"{found['f1']:.4f}" in result.err


def test_idle_does_nothing_in_time_either(pianomime: Command, tune: Path, tmp_path: Path) -> None:
    rollout, musical = tmp_path / "tune.npz", ("--setting", "musical")
    result = pianomime("play", tune, "--no-ros", "--controller", "idle", *musical, "--rollout", rollout, "--json", "-")
    assert result.code == 0, result
    assert json.loads(result.out)["heard"]["strikes"] == 0
    assert Rollout.load(rollout).dt == pytest.approx(0.01)


def test_quiet_prints_the_table_alone(pianomime: Command, tmp_path: Path) -> None:
    song = write_midi(tmp_path / "low.mid", (0.0, 0.5, 10), (0.0, 0.5, 60))
    result = pianomime("play", song, "--no-ros", "--controller", "idle", "--quiet")
    assert (result.code, result.err) == (0, "")
    assert "do-nothing F1" in result.out


def test_real_time_waits_for_the_absolute_deadline_of_every_step(
    pianomime: Command, tune: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    now, slept = [100.0], []

    def sleep(duration_s: float) -> None:
        slept.append(duration_s)
        now[0] += duration_s

    monkeypatch.setattr(
        "pianomime.commands.paced_display.time", type("Time", (), {"monotonic": lambda: now[0], "sleep": sleep})
    )
    result = pianomime("play", tune, "--no-ros", "--real-time", "--controller", "idle")
    assert result.code == 0, result
    # 1.2 s are 25 rows; the first step starts the clock.
    assert sum(slept) == pytest.approx(24 * 0.05)


def test_late_steps_are_counted(pianomime: Command, tune: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    ticks = iter(range(0, 10_000, 60))

    def clock() -> float:
        return next(ticks) / 1000  # 60 ms pass in every step

    monkeypatch.setattr(
        "pianomime.commands.paced_display.time",
        type("Time", (), {"monotonic": clock, "sleep": lambda duration_s: None}),
    )
    result = pianomime("play", tune, "--no-ros", "--real-time", "--controller", "idle")
    row = next(line for line in result.out.splitlines() if "missed deadlines" in line)
    assert "24" in row


def test_a_name_is_printed_as_it_is(pianomime: Command, tmp_path: Path) -> None:
    song = write_midi(tmp_path / "my [live] song [b].mid", (0.0, 0.5, 60))
    rollout = tmp_path / "out" / song.with_suffix(".npz").name
    for arguments in (
        ("play", song, "--no-ros", "--controller", "idle"),
        ("evaluate", song, "--controller", "idle", "--rollouts", rollout.parent),
        ("replay", rollout),
    ):
        assert song.stem in pianomime(*arguments).out, arguments


def test_a_pipe_gets_no_control_characters(pianomime: Command, tune: Path) -> None:
    result = pianomime("play", tune, "--no-ros", "--controller", "idle")
    assert "\x1b" not in result.out + result.err
    assert not result.out.startswith("\n")


def test_a_file_with_notes_no_piano_has_says_so(pianomime: Command, tmp_path: Path) -> None:
    song = write_midi(tmp_path / "low.mid", (0.0, 0.5, 10), (0.0, 0.5, 60))
    result = pianomime("play", song, "--no-ros", "--controller", "idle")
    assert result.code == 0
    assert "low.mid" in result.err
    assert "1 outside the 88 keys" in result.err


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143), (signal.SIGHUP, 129)])
def test_a_signal_ends_the_song_and_what_was_played_is_kept(
    pianomime: Command, tune: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, number: int, code: int
) -> None:
    class Interrupting(RunningScore):
        def update(self, *row: object) -> None:
            super().update(*row)
            if self.card().frames == 10:
                signal.raise_signal(number)

    monkeypatch.setattr("pianomime.commands.solo.RunningScore", Interrupting)
    files = [tmp_path / name for name in ("cut.npz", "cut.wav", "cut.mid")]
    result = pianomime(
        *("play", tune, "--no-ros", "--controller", "idle"),
        *("--rollout", files[0], "--wav", files[1], "--midi", files[2]),
    )
    assert result.code == code, result
    assert "onset F1" in result.out
    assert "note recall" in result.out
    assert len(Rollout.load(files[0]).goal) == 10
    assert all(file.stat().st_size for file in files)


def test_a_full_disk_takes_the_files_but_not_the_score(
    pianomime: Command, tune: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fill(file: IO[bytes], **arrays: object) -> None:
        file.write(b"PK")
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr("pianomime_core.npz_file.np.savez_compressed", fill)
    result = pianomime("play", tune, "--no-ros", "--controller", "idle", "--rollout", tmp_path / "full.npz")
    assert result.code == 2, result
    assert "onset F1" in result.out
    assert result.err.count("\n") == 1
    assert "full.npz' cannot be written: No space left on device" in result.err
    assert [file.name for file in tmp_path.iterdir()] == [tune.name]
