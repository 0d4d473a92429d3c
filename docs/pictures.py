"""Makes the pictures of README and docs/usage.md from a performance: MUJOCO_GL=egl .venv/bin/python docs/pictures.py

docs/images/play.png     close-up by MuJoCo's offscreen renderer
docs/images/browser.png  the browser viewer in headless Chromium (Debian package chromium)
docs/images/window.png   MuJoCo's window on a virtual screen (Debian package xvfb); the nodes play in real time
"""

import argparse
import os
import signal
import subprocess
import sys
import tempfile
import threading
import time
from dataclasses import replace
from pathlib import Path

import numpy as np
from PIL import Image

from pianomime.episodes.episode import play_episode
from pianomime.files.models import model_folder
from pianomime.files.songs import find_song, read_song
from pianomime_core.metrics import RunningScore
from pianomime_core.piano_roll import PianoRoll
from pianomime_core.timing import CONTROL_TIMESTEP_S
from pianomime_description import SceneConfig
from pianomime_physics.simulator import Simulator, SimulatorState
from pianomime_policy.controllers.registry import make_controller
from pianomime_sim.viewers import Snapshot, open_viewer
from pianomime_sim.viewers.base import PlaybackStatus
from pianomime_sim.viewers.browser import BrowserViewer
from pianomime_sim.viewers.image import add_lamp, close_up, render
from pianomime_sim.viewers.posed_scene import PosedScene

FOLDER = Path(__file__).parent
SHOWN_ROWS = 40
PAGE_PATIENCE_S = 60.0
KEYS_SHARE, STEADY_SHARE = 0.03, 0.002
# viser points out that headless Chromium renders in software; nobody with a screen sees that.
CLOSE_NOTICES = "document.querySelectorAll('.mantine-Notification-closeButton').forEach(button => button.click())"


def performance(song: str | None, controller: str, steps: int) -> Snapshot:
    """Play the first steps of a song and return what a viewer would be shown at the end of them."""
    roll = read_song(find_song(song))
    beginning = PianoRoll(goal=roll.goal[: steps + SHOWN_ROWS], sustain=roll.sustain[: steps + SHOWN_ROWS])
    score = RunningScore()
    shown: list[Snapshot] = []

    def on_step(step: int, state: SimulatorState) -> None:
        score.update(beginning.goal[step], state.key_pressed)
        shown.append(
            Snapshot(
                time_s=state.time_s,
                joint_positions=state.joint_positions,
                key_angles=state.key_angles,
                pressed=state.key_pressed,
                wanted=beginning.goal[step],
                coming=beginning.goal[step + 1 : step + 1 + SHOWN_ROWS],
                score=score.card().as_dict() if step == steps - 1 else {},
            )
        )

    scene = SceneConfig()
    play_episode(
        Simulator(scene), make_controller(controller, scene, model_folder(controller)), beginning, on_step, controller
    )
    return shown[steps - 1]


def browser_picture(snapshot: Snapshot, path: Path) -> None:
    """Photograph the page of the browser viewer once hands and score are on it."""
    sys.path.insert(0, str(FOLDER.parent / "tests" / "integration"))
    from headless_chromium import HeadlessChromium

    viewer = open_viewer("browser", SceneConfig(), port=0)
    assert isinstance(viewer, BrowserViewer)
    viewer.show_playback_status(PlaybackStatus(paused=False, speed=1.0))
    shown = threading.Event()

    def play() -> None:
        """States go on as in a song, so that the picture is as old as in a song."""
        while not shown.wait(CONTROL_TIMESTEP_S):
            viewer.update(replace(snapshot))

    player = threading.Thread(target=play)
    player.start()
    try:
        with (
            tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as profile,
            HeadlessChromium(viewer.url, Path(profile) / "profile") as browser,
        ):
            deadline_s = time.monotonic() + PAGE_PATIENCE_S
            # Complete when two pictures in a row show equally much of the keys; notes and times move on meanwhile.
            before, now = 0.0, 0.0
            while now < KEYS_SHARE or abs(now - before) > STEADY_SHARE:
                if time.monotonic() > deadline_s:
                    raise TimeoutError(f"the page was not complete within {PAGE_PATIENCE_S} s")
                time.sleep(1.0)
                browser.run(CLOSE_NOTICES)
                before, now = now, _whiteness(browser.picture(path))
    finally:
        shown.set()
        player.join()
        viewer.close()


def window_picture(song: str, controller: str, seconds: float, path: Path) -> None:
    """Photograph MuJoCo's window while the nodes play in real time, so far into the song."""
    sys.path.insert(0, str(FOLDER.parent / "tests" / "integration"))
    from virtual_screen import screen_pixels, virtual_screen

    command = [str(Path(sys.executable).with_name("pianomime")), "play", song, "--controller", controller]
    with (
        tempfile.TemporaryDirectory() as folder,
        virtual_screen(Path(folder), (1920, 1080)) as (display, pixels),
        subprocess.Popen(
            [*command, "--viewer", "window", "--no-sound"],
            env=os.environ | {"DISPLAY": display, "LIBGL_ALWAYS_SOFTWARE": "1"},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        ) as play,
    ):
        assert play.stdout is not None
        for line in play.stdout:
            if "the song begins" in line:
                break
        time.sleep(seconds)
        screen = Image.fromarray(screen_pixels(pixels))
        screen.crop(screen.getbbox()).save(path, optimize=True)  # the screen is black around the window
        play.send_signal(signal.SIGINT)


def _whiteness(path: Path) -> float:
    return float((np.asarray(Image.open(path).convert("L")) > 200).mean())


def main() -> None:
    """Parse the command line and write the pictures."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--song", default="prelude_in_c", help="bundled song or MIDI file")
    parser.add_argument("--controller", default="streaming")
    parser.add_argument("--steps", type=int, default=237, help="how far into the song, in steps of 50 ms")
    options = parser.parse_args()
    snapshot = performance(options.song, options.controller, options.steps)
    print(f"wanted {snapshot.wanted.sum()}, pressed {snapshot.pressed.sum()}, F1 so far {snapshot.score['f1']:.3f}")
    images = FOLDER / "images"
    images.mkdir(exist_ok=True)
    scene = PosedScene(SceneConfig())
    add_lamp(scene)
    Image.fromarray(render(scene, snapshot, close_up(snapshot), notes=False)).save(images / "play.png", optimize=True)
    browser_picture(snapshot, images / "browser.png")
    window_picture(options.song, options.controller, options.steps * CONTROL_TIMESTEP_S, images / "window.png")


if __name__ == "__main__":
    main()
