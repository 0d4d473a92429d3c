"""Every picture of docs/planner.md can be made of a few seconds of music, small enough for a page."""

import json
from pathlib import Path

import numpy as np
import pytest
from benchmarks.chord_jump import JumpLoss
from docs.planner_pictures.__main__ import main
from docs.planner_pictures.chord_jump import chord_jump_picture
from docs.planner_pictures.errors import played_totals
from docs.planner_pictures.hand_path import comfort_m
from docs.planner_pictures.performance import Performance, perform
from docs.planner_pictures.reach import reach_picture, remaining_errors_m
from docs.planner_pictures.strike import Strikes, passage, strike_picture
from docs.planner_pictures.stroke import widest_stroke
from docs.planner_pictures.style import key_name, runs, save
from PIL import Image

from pianomime.episodes.episode import play_episode
from pianomime.files.songs import find_song, read_song
from pianomime_core.error_table import error_table
from pianomime_core.errors import UserError
from pianomime_core.key_events import midi_velocity
from pianomime_core.keyboard import KEYBOARD
from pianomime_core.piano_roll import PianoRoll
from pianomime_core.setting import Setting
from pianomime_core.visible_notes import VisibleNotes
from pianomime_physics.simulator import Simulator
from pianomime_policy.controllers.planner.planner import Planner

SECONDS = 3.0
LARGEST_BYTES = 200_000


@pytest.fixture(scope="module")
def performance() -> Performance:
    return perform("fuer_elise", SECONDS)


def looks_right(path: Path) -> bool:
    """A PNG wide enough to read, of many colours, and small."""
    with Image.open(path) as picture:
        return picture.width > 600 and len(picture.getcolors()) > 5 and path.stat().st_size < LARGEST_BYTES


@pytest.mark.slow
def test_pictures_of_a_performance(tmp_path: Path) -> None:
    names = ["fingering", "hand_path", "strike", "stroke"]
    assert main([*names, "--out", str(tmp_path), "--seconds", str(SECONDS)]) == 0
    assert sorted(path.stem for path in tmp_path.iterdir()) == names
    assert all(looks_right(path) for path in tmp_path.iterdir())


def test_other_pictures(tmp_path: Path) -> None:
    save(reach_picture(offsets=7), tmp_path / "reach.png")
    losses = [JumpLoss(0.05 * n, rest, n, 0.5, 0.0) for n in range(3) for rest in (0.0, 0.1)]
    save(chord_jump_picture(losses), tmp_path / "chord_jump.png")
    goal, pressed = np.zeros((2, 10, 88), bool)
    goal[2:6, 40] = pressed[3:8, 40] = True
    files = []
    # With fingers, as of a player, and without, as of a rollout.
    for name, fingers in {"a": tuple(np.array([n]) for n in (2, 6, 40, 0)), "b": None}.items():
        files.append(tmp_path / f"{name}.json")
        files[-1].write_text(json.dumps({"total": error_table(goal, pressed, fingers).as_dict()}))
    json_options = [word for file in files for word in ("--json", f"{file.stem}={file}")]
    assert main(["errors", "--out", str(tmp_path), *json_options]) == 0
    assert all(looks_right(tmp_path / f"{name}.png") for name in ("reach", "chord_jump", "errors"))


def test_a_performance_is_that_of_the_planner(performance: Performance) -> None:
    roll = read_song(find_song("fuer_elise"))
    steps = len(performance.goal)
    played = play_episode(Simulator(), Planner(), PianoRoll(roll.goal[:steps], roll.sustain[:steps]))
    np.testing.assert_array_equal(performance.pressed, played.pressed)
    # Keys as they were at the ends of the steps.
    np.testing.assert_array_equal(KEYBOARD.pressed(performance.fine_keys_rad[9::10]), played.pressed)
    # Fingertips are over the keys that their fingers hold.
    for h in range(2):
        step, finger = np.nonzero(performance.rows[h].key >= 0)
        place = KEYBOARD.center_y_m[performance.rows[h].key[step, finger]]
        aside = performance.fine_tips_m[10 * step + 9, h, finger, 1] - place
        assert np.median(np.abs(aside)) < 0.004


def test_a_stroke_is_of_one_finger_between_two_notes_of_the_plan(performance: Performance) -> None:
    stroke, notes = widest_stroke(performance), performance.notes
    assert ((notes.finger == stroke.finger) & (notes.onset == stroke.onset) & (notes.key == stroke.key_to)).any()
    assert ((notes.finger == stroke.finger) & (notes.release == stroke.release) & (notes.key == stroke.key_from)).any()
    with pytest.raises(UserError, match="take more"):
        widest_stroke(perform("fuer_elise", 0.3))


def test_comfort_of_one_note_lies_around_the_place_of_its_finger(performance: Performance) -> None:
    lowest, highest = comfort_m(performance, 0)
    # The first note is E5, alone, with the middle finger, which is the hand's centre.
    assert performance.notes.finger[0] == 2
    place = KEYBOARD.center_y_m[np.flatnonzero(performance.goal[0])[0]]
    assert lowest[0] < place < highest[0]
    assert highest[0] - lowest[0] == pytest.approx(0.052)


def test_a_finger_reaches_its_own_place_but_not_that_of_another_hand() -> None:
    error_m = remaining_errors_m(39, np.array([-0.2, 0.0, 0.2]))
    assert error_m.shape == (5, 3)
    assert error_m[2, 1] < 0.001
    assert (error_m[:, [0, 2]] > 0.02).all()


def test_totals_are_those_of_the_songs_together() -> None:
    song = find_song("twinkle")
    idle = played_totals(["idle"], [song, song])["idle"]
    wanted = 2 * read_song(song).goal.sum()
    assert idle["wanted"]["key_frames"] == wanted == idle["missed"]["never_pressed"]["key_frames"]


def test_names_of_keys() -> None:
    assert [key_name(key) for key in (0, 39, 40, 87)] == ["A0", "C4", "C♯4", "C8"]


def test_runs() -> None:
    assert runs(np.array([True, True, False, True])) == [(0, 2), (3, 4)]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["fingers"], "fingers"),
        (["errors", "--json", "streaming"], "want label=file"),
        (["errors", "--json", "streaming=nowhere.json"], "nowhere.json"),
        (["fingering", "--song", "nothing"], "nothing"),
    ],
)
def test_bad_input_is_one_line(
    arguments: list[str], message: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([*arguments, "--out", str(tmp_path)]) == 2
    [line] = capsys.readouterr().err.splitlines()
    assert message in line


def hand_made_strikes(onset_s: tuple[float, ...], finger: tuple[int, ...]) -> Strikes:
    """Notes on three keys, each of which goes down evenly over 50 ms from its onset on, and stays there."""
    key, time_s = np.array([40, 42, 44]), 0.005 * np.arange(1, 601)
    keys_rad = np.zeros((len(time_s), 88))
    for k, at_s in zip(key, onset_s, strict=True):
        keys_rad[:, k] = KEYBOARD.travel_rad[k] * np.clip((time_s - at_s) / 0.05, 0.0, 1.0)
    onset = np.array(onset_s)
    notes = VisibleNotes(key, onset, onset + 0.2, np.full(3, 64), np.inf)
    heights = np.zeros((len(time_s), 10))
    return Strikes(Setting.MUSICAL, notes, np.array(finger), time_s, keys_rad, heights, time_s, heights)


def test_a_strike_is_heard_at_the_threshold_of_its_key(tmp_path: Path) -> None:
    strikes = hand_made_strikes((1.2, 1.4, 1.6), (1, 2, 3))
    assert passage(strikes) == [0, 1, 2]
    sounded = strikes.sound(0)
    assert sounded is not None
    threshold = KEYBOARD.activation_rad[40] / KEYBOARD.travel_rad[40]
    assert sounded[0] == pytest.approx(1.2 + 0.05 * threshold, abs=0.005)
    assert sounded[1] == midi_velocity(40, KEYBOARD.travel_rad[40] / 0.05)
    save(strike_picture("hand-made", strikes, strikes), tmp_path / "strike.png")
    assert looks_right(tmp_path / "strike.png")


def test_a_passage_is_of_one_hand_and_of_notes_that_sound() -> None:
    for onset_s, finger in (((1.2, 1.4, 1.6), (1, 2, 8)), ((1.2, 1.4, 1.41), (1, 2, 3)), ((0.2, 1.4, 1.6), (1, 2, 3))):
        with pytest.raises(UserError, match="take more"):
            passage(hand_made_strikes(onset_s, finger))
    silent = hand_made_strikes((1.2, 1.4, 1.6), (1, 2, 3))
    silent.keys_rad[:] = 0.0
    with pytest.raises(UserError, match="take more"):
        passage(silent)
