"""Makes the README's moving picture, docs/images/play.webp: MUJOCO_GL=egl .venv/bin/python docs/moving_picture.py"""

import argparse
import tempfile
from contextlib import closing
from pathlib import Path

from PIL import Image

from pianomime.episodes.episode import play_episode
from pianomime.episodes.replayed_rollout import replay_rollout
from pianomime.files.models import model_folder
from pianomime.files.songs import find_song, read_song
from pianomime.reports.video import snapshot
from pianomime_core.piano_roll import PianoRoll
from pianomime_core.timing import CONTROL_TIMESTEP_S
from pianomime_description.variant import SceneConfig
from pianomime_physics.simulator import Simulator
from pianomime_policy.controllers.registry import make_controller
from pianomime_sim.viewers.frame_renderer import FrameRenderer

FRAMES_PER_S = 20
SIZE = (640, 360)
QUALITY = 70
LARGEST_BYTES = 1_000_000


def main() -> None:
    """Play a few seconds of a song and write them as an animated WebP file."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--song", default="prelude_in_c", help="bundled song or MIDI file")
    parser.add_argument("--controller", default="onnx")
    parser.add_argument("--start", type=float, default=4.0, help="first second that is shown")
    parser.add_argument("--seconds", type=float, default=5.0)
    parser.add_argument("--out", type=Path, default=Path(__file__).parent / "images" / "play.webp")
    options = parser.parse_args()
    roll = read_song(find_song(options.song))
    steps = round((options.start + options.seconds) / CONTROL_TIMESTEP_S)
    scene = SceneConfig()
    controller = make_controller(options.controller, scene, model_folder(options.controller))
    beginning = PianoRoll(goal=roll.goal[:steps], sustain=roll.sustain[:steps])
    with tempfile.TemporaryDirectory() as folder:
        rollout = Path(folder) / "rollout.npz"
        play_episode(Simulator(scene), controller, beginning, controller_name=options.controller).save(rollout)
        replayed = replay_rollout(rollout, FRAMES_PER_S)
    with closing(FrameRenderer(scene, SIZE)) as film:
        poses = replayed.poses[round(options.start * FRAMES_PER_S) :]
        frames = [Image.fromarray(film.draw(*snapshot(replayed, pose))) for pose in poses]
    first, *others = frames
    period_ms = round(1000 / FRAMES_PER_S)
    first.save(options.out, save_all=True, append_images=others, duration=period_ms, loop=0, quality=QUALITY, method=6)
    size = options.out.stat().st_size
    assert size < LARGEST_BYTES, f"{size} bytes are more than a page should load"
    print(f"{options.out}: {len(frames)} frames, {size / 1000:.0f} kB, F1 {replayed.f1:.3f}")


if __name__ == "__main__":
    main()
