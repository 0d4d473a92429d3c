"""`pianomime plot`: colours of the roll, and fingertips where the simulator has them."""

from dataclasses import replace
from pathlib import Path

import numpy as np
from command_examples import Command
from PIL import Image

from pianomime.episodes.replayed_rollout import replay_rollout
from pianomime.reports.plot import fingertips, roll_image
from pianomime_core.keyboard import KEYBOARD
from pianomime_core.rollout import Rollout

BLUE, PURPLE, VERMILION = (0x00, 0x72, 0xB2), (0xCC, 0x79, 0xA7), (0xD5, 0x5E, 0x00)
WHITE = (255, 255, 255)


def test_right_missed_and_wrong_have_their_colours_and_shapes() -> None:
    goal, pressed = np.zeros((4, 88), dtype=bool), np.zeros((4, 88), dtype=bool)
    goal[0:2, 10] = pressed[1:3, 10] = True
    picture = roll_image(goal, pressed)
    assert picture.shape == (3 * 88, 4, 3)
    below, middle, above = [[tuple(colour) for colour in row] for row in picture[30:33]]
    assert below == above == [PURPLE, BLUE, WHITE, WHITE]
    assert middle == [WHITE, BLUE, VERMILION, WHITE]
    assert (picture[np.repeat(KEYBOARD.is_black, 3)] < 255).all()


def test_a_finger_is_on_each_pressed_key(recorded: Path) -> None:
    replayed, rollout = replay_rollout(recorded), Rollout.load(recorded)
    tips = fingertips(replayed)
    assert tips.shape == (2, 5, len(replayed.poses), 3)
    assert KEYBOARD.center_y_m[0] < tips[1, :, :, 1].max() < tips[0, :, :, 1].min() < KEYBOARD.center_y_m[-1]
    for row, key in np.argwhere(rollout.pressed[:-1]):
        ends = tips[:, :, row + 1]  # poses begin at time 0, rows end 50 ms later
        beside_m = np.abs(ends[..., 1] - KEYBOARD.center_y_m[key])
        assert (beside_m < KEYBOARD.width_m[key] / 2).any()


def test_the_picture_shows_the_marks(recorded: Path, pianomime: Command, tmp_path: Path) -> None:
    result = pianomime("plot", recorded, "--out", tmp_path / "x.png")
    assert (result.code, result.err) == (0, "")
    picture = np.asarray(Image.open(tmp_path / "x.png").convert("RGB"))
    assert picture.shape[0] == 1000
    assert (picture == BLUE).all(axis=2).sum() > 3000


def test_names_are_no_math_text(recorded: Path, pianomime: Command, tmp_path: Path) -> None:
    """Neither that of the file nor that of the controller; both would be broken TeX."""
    rollout = Rollout.load(recorded)
    hostile = tmp_path / "$\\frac{$ \x1b[31m.npz"
    replace(rollout, metadata={**rollout.metadata, "controller": "$\\bad{$"}).save(hostile)
    result = pianomime("plot", hostile, "--out", tmp_path / "x.png")
    assert (result.code, result.err) == (0, "")
    result = pianomime("replay", hostile)
    assert (result.code, result.err) == (0, "")
    assert r"$\frac{$ \x1b[31m.npz" in result.out
    assert "\x1b" not in result.out
