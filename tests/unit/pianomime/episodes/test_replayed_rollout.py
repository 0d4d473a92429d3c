"""A replayed rollout equals the recorded one, with finer time resolution."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from command_examples import Command

from pianomime.episodes.replayed_rollout import replay_rollout
from pianomime_core.rollout import Rollout

# (onset, offset) [s] and MIDI pitch of what the fixture `tune` wants.
WANTED = [(0.0, 0.4, 60), (0.4, 0.8, 64), (0.8, 1.2, 67)]


def test_notes_are_the_recorded_presses(recorded: Path, capfd: pytest.CaptureFixture[str]) -> None:
    replayed, rollout = replay_rollout(recorded), Rollout.load(recorded)
    assert capfd.readouterr().err == ""
    np.testing.assert_array_equal(replayed.rollout.pressed, rollout.pressed)
    notes = replayed.score.notes
    assert [note.pitch for note in notes] == [pitch for _, _, pitch in WANTED]
    for note, (onset_s, _, _) in zip(notes, WANTED, strict=True):
        # Pressed in row t means: struck in the 50 ms before (t + 1) * 50 ms.
        key = rollout.pressed[:, note.pitch - 21]
        first, last = np.flatnonzero(key)[[0, -1]]
        assert first * 0.05 < note.onset_s <= (first + 1) * 0.05 + 1e-9
        assert (last + 1) * 0.05 - 1e-9 <= note.offset_s <= (last + 2) * 0.05 + 0.005
        assert abs(note.onset_s - onset_s) < 0.11
        assert 20 < note.velocity < 127


def test_scores_are_the_recorded_ones_unless_other_keys_go_down(recorded: Path) -> None:
    rollout = Rollout.load(recorded)
    true = rollout.metadata["scores"]
    replace(rollout, metadata={**rollout.metadata, "scores": {"f1": 0.25, "onset_f1": 0.75}}).save(recorded)
    replayed = replay_rollout(recorded)
    assert (replayed.f1, replayed.onset_f1) == (0.25, 0.75)
    replace(rollout, metadata={"variant": "pianomime"}).save(recorded)
    replayed = replay_rollout(recorded)
    assert replayed.f1 == pytest.approx(true["f1"])
    assert replayed.onset_f1 == pytest.approx(true["onset_f1"])


def test_poses_are_even_in_time(recorded: Path) -> None:
    replayed = replay_rollout(recorded, poses_per_s=30)
    times_s = np.array([pose.time_s for pose in replayed.poses])
    assert times_s[0] == 0
    np.testing.assert_allclose(times_s, np.arange(len(times_s)) / 30, atol=0.0026)
    assert replayed.duration_s - times_s[-1] < 1 / 30


def test_a_recording_that_differs_is_reported(recorded: Path, capfd: pytest.CaptureFixture[str]) -> None:
    rollout = Rollout.load(recorded)
    pressed = rollout.pressed.copy()
    pressed[3:5, 0] = True
    replace(rollout, pressed=pressed).save(recorded)
    replayed = replay_rollout(recorded)
    assert not replayed.rollout.pressed[:, 0].any()
    assert replayed.f1 == pytest.approx(rollout.metadata["scores"]["f1"])
    assert f"2 of {pressed.size} note-frames" in capfd.readouterr().err


@pytest.mark.slow
@pytest.mark.parametrize(
    ("command", "suffix"), [("sound", ".wav"), ("sound", ".mid"), ("plot", ".png"), ("video", ".mp4")]
)
def test_what_cannot_be_read_or_written_is_refused(
    pianomime: Command,
    tune: Path,
    recorded: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    command: str,
    suffix: str,
) -> None:
    monkeypatch.setenv("MUJOCO_GL", "")  # which `video` chooses for the whole process
    out = tmp_path / f"x{suffix}"
    pianomime(command, recorded, "--out", tmp_path / "x.txt").refuses("--out", "x.txt", suffix)
    pianomime(command, recorded, "--out", tmp_path / "nowhere" / out.name).refuses("--out", "there is no folder")
    pianomime(command, recorded, "--out", f"/proc/x{suffix}").refuses("cannot be written")
    pianomime(command, tmp_path / "missing.npz", "--out", out).refuses("missing.npz", "does not exist")
    pianomime(command, tune, "--out", out).refuses("tune.mid", "is not a rollout")
    assert not out.exists()


def test_the_pedal_is_part_of_the_music(recorded: Path) -> None:
    assert replay_rollout(recorded).score.sustain == ()
    rollout = Rollout.load(recorded)
    pedal = np.zeros(len(rollout.pressed), dtype=bool)
    pedal[4:10] = pedal[-1:] = True
    replace(rollout, pedal=pedal, goal_pedal=~pedal).save(recorded)
    replayed = replay_rollout(recorded)
    (down_s, down), (up_s, up), (again_s, again), (end_s, end) = replayed.score.sustain
    assert [down, up, again, end] == [True, False, True, False]
    assert [down_s, up_s, again_s] == pytest.approx([0.2, 0.5, replayed.duration_s - 0.05])
    assert end_s >= replayed.duration_s
