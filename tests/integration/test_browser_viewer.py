"""The browser viewer as a user sees it: a page in a real browser, and pixels in the colours of the legend."""

import math
import time
from pathlib import Path

import numpy as np
import pytest
from headless_chromium import CHROMIUM, HeadlessChromium
from PIL import Image

from pianomime_core.hands import joint_names
from pianomime_core.keyboard import KEYBOARD, LOWEST_PITCH, NUM_KEYS
from pianomime_description import SceneConfig
from pianomime_sim.viewers import Snapshot, open_viewer
from pianomime_sim.viewers.key_marks import MARK_COLOURS, MARK_WORDS, WHITE_KEY_COLOUR, KeyMark
from pianomime_sim.viewers.posed_scene import CAMERA_FOV_DEG, CAMERA_POSITION_M, CAMERA_TARGET_M

pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="chromium is not installed (apt-get install chromium)")

PATIENCE_S = 60.0
SHADE = 45
"""Light and shade may move each of red, green and blue by this much of 255."""
SHOWN = {KeyMark.RIGHT: 36, KeyMark.MISSED: 38, KeyMark.WRONG: 88, KeyMark.COMING: 89}
"""A white key for each mark, away from the hands."""


def keys(*pitches: int) -> np.ndarray:
    return np.isin(np.arange(NUM_KEYS) + LOWEST_PITCH, pitches)


def scripted_snapshot() -> Snapshot:
    pressed = keys(SHOWN[KeyMark.RIGHT], SHOWN[KeyMark.WRONG])
    return Snapshot(
        time_s=83.5,
        joint_positions=np.zeros(len(joint_names())),
        key_angles=np.where(pressed, KEYBOARD.travel_rad, 0.0),
        pressed=pressed,
        wanted=keys(SHOWN[KeyMark.RIGHT], SHOWN[KeyMark.MISSED]),
        coming=np.array([keys(SHOWN[KeyMark.COMING])] * 30),
        score={"f1": 0.875, "precision": 0.9, "recall": 0.85, "onset_f1": 0.8, "missed_deadlines": 2},
    )


def pixel_of(point_m: np.ndarray, width: int, height: int) -> tuple[int, int]:
    """Pinhole projection of a point in the world by the viewers' camera."""
    forward = np.subtract(CAMERA_TARGET_M, CAMERA_POSITION_M)
    forward /= np.linalg.norm(forward)
    right = np.cross(forward, (0, 0, 1))
    right /= np.linalg.norm(right)
    offset = point_m - CAMERA_POSITION_M
    scale = height / 2 / math.tan(math.radians(CAMERA_FOV_DEG) / 2) / (offset @ forward)
    return round(width / 2 + scale * (offset @ right)), round(height / 2 - scale * (offset @ np.cross(right, forward)))


def near_end_of(pitch: int) -> np.ndarray:
    """A point on top of a key, where no black key stands beside it."""
    key = pitch - LOWEST_PITCH
    return np.array([0.4 * KEYBOARD.length_m[key], KEYBOARD.center_y_m[key], KEYBOARD.top_z_m[key]])


def wait_for(condition, what: str) -> None:
    deadline_s = time.monotonic() + PATIENCE_S
    while not condition():
        assert time.monotonic() < deadline_s, f"{what} did not come within {PATIENCE_S} s"
        time.sleep(0.3)


@pytest.fixture(scope="module")
def page(tmp_path_factory):
    """The page of a viewer that shows the scripted snapshot: its words, picture and the size of its 3D view."""
    folder = tmp_path_factory.mktemp("browser")
    viewer = open_viewer("browser", SceneConfig(), port=0)
    try:
        viewer.update(scripted_snapshot())
        with HeadlessChromium(viewer.url, folder / "profile") as browser:
            wait_for(lambda: "0.875" in browser.text(), "the score panel")

            def keys_are_drawn() -> bool:
                image = np.asarray(Image.open(browser.picture(folder / "page.png")).convert("RGB"), dtype=int)
                return (np.abs(image - WHITE_KEY_COLOUR).max(axis=2) < SHADE).mean() > 0.03

            wait_for(keys_are_drawn, "the keyboard")
            size = browser.run(
                "[document.querySelector('canvas').clientWidth, document.querySelector('canvas').clientHeight]"
            )
            image = np.asarray(Image.open(browser.picture(folder / "page.png")).convert("RGB"), dtype=int)
            yield browser.text(), image, size
    finally:
        viewer.close()


def test_the_panel_shows_time_score_and_legend(page):
    text, _, _ = page
    for words in ("1:23.5", "0.875", "0.900", "0.850", "0.800", "Missed deadlines", *MARK_WORDS.values()):
        assert words in text


@pytest.mark.parametrize("mark", SHOWN, ids=lambda mark: mark.name.lower())
def test_keys_have_the_colour_of_what_they_do(page, mark):
    _, image, size = page
    column, line = pixel_of(near_end_of(SHOWN[mark]), *size)
    assert np.abs(image[line, column] - MARK_COLOURS[mark]).max() < SHADE, image[line, column]


def test_a_key_at_rest_is_white(page):
    _, image, size = page
    column, line = pixel_of(near_end_of(91), *size)
    assert np.abs(image[line, column] - WHITE_KEY_COLOUR).max() < SHADE


def test_notes_to_come_stand_above_their_key(page):
    _, image, size = page
    key = SHOWN[KeyMark.COMING] - LOWEST_PITCH
    column, line = pixel_of(np.array([-0.17, KEYBOARD.center_y_m[key], 0.15]), *size)
    assert np.abs(image[line, column] - MARK_COLOURS[KeyMark.COMING]).max() < SHADE


def test_the_page_is_served_to_this_machine_only():
    viewer = open_viewer("browser", SceneConfig(), port=0)
    try:
        port = int(viewer.url.rsplit(":", 1)[1])
        listening = [
            line.split()
            for line in Path("/proc/net/tcp").read_text().splitlines()
            if f":{port:04X} 00000000:0000 0A" in line
        ]
        assert [fields[1] for fields in listening] == [f"0100007F:{port:04X}"]
    finally:
        viewer.close()


def test_a_closed_viewer_gives_its_port_back_at_once(tmp_path):
    first = open_viewer("browser", SceneConfig(), port=0)
    port = int(first.url.rsplit(":", 1)[1])
    with HeadlessChromium(first.url, tmp_path / "profile") as browser:
        wait_for(lambda: "PianoMime" in browser.text(), "the page")
        first.close()
        assert not first.is_open
        second = open_viewer("browser", SceneConfig(), port=port)
        second.close()
