"""`pianomime perceive` from its options to its files; detection is replaced, it has its own tests."""

import io
import json
import sys

import numpy as np
import pytest
from PIL import Image
from rich.console import Console

pytest.importorskip("mediapipe", reason="needs MediaPipe: make perceive")

from seen_demonstration import C_KEY, demonstration, write_video

import pianomime_perception.demonstration_from_video
from pianomime.commands.cli import main
from pianomime.commands.perceive import summary
from pianomime_core.demonstration import Demonstration
from pianomime_core.keyboard import KEYBOARD
from pianomime_core.midi_score import save_midi

CORNERS = "4,40 996,40 996,160 4,160"


@pytest.fixture
def video(tmp_path):
    write_video(tmp_path / "video.mp4")
    return tmp_path / "video.mp4"


@pytest.fixture
def song(tmp_path):
    save_midi(demonstration().score(), tmp_path / "song.mid")
    return tmp_path / "song.mid"


@pytest.fixture
def asked(monkeypatch):
    """What the steps of perception were asked for."""
    asked = {}

    def watch(video, score, keyboard, progress):
        asked.update(video=video, score=score, keyboard=keyboard)
        progress("hands", 0.5)
        return demonstration()

    monkeypatch.setattr(pianomime_perception.demonstration_from_video, "demonstration_from_video", watch)
    return asked


def test_writes_the_demonstration_and_what_one_looks_at(tmp_path, video, song, asked, capsys):
    reference = tmp_path / "fingers.csv"
    reference.write_text(f"onset_s,key,finger\n0,{C_KEY},0\n")
    out, fit, plot, film = (tmp_path / name for name in ("demo.npz", "fit.png", "plot.png", "film.mp4"))
    arguments = ["perceive", video, "--midi", song, "--out", out, "--corners", CORNERS, "--reference", reference]
    assert main([str(each) for each in (*arguments, "--fit", fit, "--plot", plot, "--film", film)]) == 0
    assert len(asked["score"].notes) == 2
    np.testing.assert_allclose(asked["keyboard"].to_image([0.0, 0.0]), [500, 100], atol=2)
    assert Demonstration.load(out).video_offset_s == demonstration().video_offset_s
    with Image.open(fit) as picture:
        assert picture.size == (1000, 200)
    assert plot.stat().st_size > 10_000
    assert film.stat().st_size > 1_000
    said = capsys.readouterr().out
    for words in ("2 notes", "0.20 s of the video", "4.2 mm", "same finger as the reference", "100.0%", str(film)):
        assert words in said


def test_json_has_the_numbers_of_the_table(tmp_path, video, song, asked, capsys):
    arguments = ["perceive", video, "--midi", song, "--out", tmp_path / "demo.npz", "--corners", CORNERS]
    assert main([str(each) for each in (*arguments, "--json", "-")]) == 0
    found = json.loads(capsys.readouterr().out)
    assert (found["notes"], found["video_offset_s"]) == (2, demonstration().video_offset_s)
    assert found["finger_from_key_mm"] == pytest.approx(4.2)


def test_the_table_says_what_is_known():
    console = Console(width=100, record=True, quiet=False, file=io.StringIO())
    console.print(summary(demonstration(), "a [video].mp4"))
    text = console.export_text()
    assert "a [video].mp4" in text
    assert "both hands" not in text  # nothing is known of it


@pytest.mark.parametrize(
    ("options", "told"),
    [
        (["--midi", "song.mid", "--out", "demo.txt"], "must end in .npz"),
        (["--midi", "song.mid", "--out", "demo.npz", "--film", "film.avi"], "must end in .mp4"),
        (["--midi", "song.mid", "--out", "demo.npz", "--corners", "1,2 3,4"], "four pairs of pixels"),
        (["--midi", "none.mid", "--out", "demo.npz"], "none.mid"),
        (["--out", "demo.npz"], "has no sound: give its music with --midi"),
        (["--midi", "song.mid", "--out", "demo.npz"], "keyboard"),  # a grey picture
        (["--midi", "song.mid", "--out", "demo.npz", "--reference", "none.csv"], "none.csv"),
    ],
)
def test_bad_input_is_one_line(tmp_path, video, song, asked, monkeypatch, capsys, options, told):
    monkeypatch.chdir(tmp_path)
    assert main(["perceive", "video.mp4", *options]) == 2
    said = capsys.readouterr().err
    assert told in said
    assert said.count("\n") == 1
    assert not (tmp_path / "demo.npz").exists()


def test_a_video_that_is_not_there(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    assert main(["perceive", "none.mp4", "--midi", "song.mid", "--out", "demo.npz"]) == 2
    assert "none.mp4" in capsys.readouterr().err


def test_without_mediapipe_the_way_to_it_is_told(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    for name in ("mediapipe", "pianomime_perception.hand_tracking", "pianomime_perception.demonstration_from_video"):
        monkeypatch.setitem(sys.modules, name, None)
    assert main(["perceive", "video.mp4", "--out", "demo.npz"]) == 2
    assert "make perceive" in capsys.readouterr().err


def test_the_keyboard_is_as_wide_as_its_corners_say(video, song, asked, tmp_path):
    options = ["--midi", song, "--out", tmp_path / "demo.npz", "--corners", CORNERS]
    assert main([str(each) for each in ("perceive", video, *options)]) == 0
    ends_m = KEYBOARD.center_y_m[[0, -1]] + np.array([-0.5, 0.5]) * KEYBOARD.width_m[[0, -1]]
    ends_px = asked["keyboard"].to_image(np.column_stack([[0.0, 0.0], ends_m]))
    np.testing.assert_allclose(ends_px[:, 0], [4, 996], atol=1)
