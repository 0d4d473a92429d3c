"""The panel in real browsers: two at once with their own cameras, and one song for both."""

import time

import numpy as np
import pytest
from headless_chromium import CHROMIUM, HeadlessChromium
from PIL import Image
from playback_commands import PlaybackCommands

from pianomime_core.hands import joint_names
from pianomime_core.keyboard import NUM_KEYS
from pianomime_description import SceneConfig
from pianomime_sim.viewers import Snapshot, open_viewer
from pianomime_sim.viewers.base import PlaybackStatus
from pianomime_sim.viewers.key_marks import WHITE_KEY_COLOUR

pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="chromium is not installed (apt-get install chromium)")

PATIENCE_S = 60.0
CLICK = "[...document.querySelectorAll('button')].find(button => button.innerText.trim() == '{}').click()"


def wait_for(condition, what: str) -> None:
    deadline_s = time.monotonic() + PATIENCE_S
    while not condition():
        assert time.monotonic() < deadline_s, f"{what} did not come within {PATIENCE_S} s"
        time.sleep(0.3)


def resting(time_s: float) -> Snapshot:
    silence = np.zeros(NUM_KEYS, dtype=bool)
    return Snapshot(time_s, np.zeros(len(joint_names())), np.zeros(NUM_KEYS), silence, silence, silence[None])


def white_share(browser, path) -> float:
    """How much of the picture is white keys: which camera it is."""
    image = np.asarray(Image.open(browser.picture(path)).convert("RGB"), dtype=int)
    return float((np.abs(image - WHITE_KEY_COLOUR).max(axis=2) < 45).mean())


@pytest.fixture
def viewer():
    opened = open_viewer("browser", SceneConfig(), port=0)
    yield opened
    opened.close()


@pytest.mark.slow
def test_two_browsers_have_cameras_of_their_own_and_one_may_leave(viewer, tmp_path):
    hand = PlaybackCommands()
    viewer.connect(hand)
    viewer.update(resting(1.0))
    with HeadlessChromium(viewer.url, tmp_path / "one") as one:
        with HeadlessChromium(viewer.url, tmp_path / "two", size=(640, 400)) as two:
            for browser in (one, two):
                wait_for(lambda browser=browser: "0:01.0" in browser.text(), "the song time")
            assert "Pause" not in one.text(), "there is nothing to pause yet"
            wait_for(lambda: white_share(one, tmp_path / "one.png") > 0.03, "the keyboard")
            wait_for(lambda: white_share(two, tmp_path / "two.png") > 0.03, "the keyboard")
            player = white_share(two, tmp_path / "two.png")
            far = white_share(one, tmp_path / "one.png")
            one.run(CLICK.format("Right hand"))
            wait_for(lambda: white_share(one, tmp_path / "one.png") > 1.5 * far, "the keys under the hand")
            assert white_share(two, tmp_path / "two.png") == pytest.approx(player, rel=0.2), "its camera stays"
            viewer.show_playback_status(PlaybackStatus(paused=False, speed=0.5))
            for browser in (one, two):
                wait_for(lambda browser=browser: "Pause" in browser.text(), "the button")
            two.run(CLICK.format("Pause"))
            wait_for(lambda: hand.asked == [("pause", True)], "the wish to pause")
            viewer.show_playback_status(PlaybackStatus(paused=True, speed=0.5))
            wait_for(lambda: "Resume" in one.text(), "the button to resume")
        # One has gone.
        for step in range(20):
            viewer.update(resting(2.0 + 0.05 * step))
            time.sleep(0.05)
        wait_for(lambda: "0:02.9" in one.text() or "0:03.0" in one.text(), "the newest state")
        one.run(CLICK.format("Resume"))
        one.run(CLICK.format("Restart"))
        wait_for(lambda: hand.asked == [("pause", True), ("pause", False), "restart"], "the other wishes")
        assert viewer.is_open


def test_the_picture_says_how_old_it_is(viewer, tmp_path):
    viewer.update(resting(1.0))
    with HeadlessChromium(viewer.url, tmp_path / "profile") as browser:
        wait_for(lambda: "Age of frame" in browser.text(), "the panel")
        wait_for(lambda: " s" in browser.text().split("Age of frame")[1].split("Camera")[0], "some seconds")
