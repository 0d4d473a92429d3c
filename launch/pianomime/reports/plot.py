# Copyright 2026 PianoMime contributors
#
# Licensed under the Apache License, Version 2.0 (the "License");
# you may not use this file except in compliance with the License.
# You may obtain a copy of the License at
#
#     http://www.apache.org/licenses/LICENSE-2.0
#
# Unless required by applicable law or agreed to in writing, software
# distributed under the License is distributed on an "AS IS" BASIS,
# WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
# See the License for the specific language governing permissions and
# limitations under the License.

"""`pianomime plot`: the piano roll of a rollout with correct, missed and wrong keys, and the paths of the
fingertips."""

from pathlib import Path
from typing import Any

import mujoco
import numpy as np
from numpy.typing import NDArray

from pianomime.episodes.replayed_rollout import ReplayedRollout, replay_rollout
from pianomime.files.outputs import check_file, keep_apart
from pianomime_core.errors import UserError
from pianomime_core.hands import FINGERS, SIDES
from pianomime_core.keyboard import KEYBOARD, LOWEST_PITCH, NUM_KEYS
from pianomime_core.whole_file import write_whole
from pianomime_description.hand_spec import fingertip_site
from pianomime_description.scene import build_scene
from pianomime_sim.viewers.key_marks import MARK_COLOURS, MARK_WORDS, KeyMark

POSES_PER_S = 40.0
INCHES_PER_S = 0.4
WIDTH_IN = (12.0, 120.0)
HEIGHT_IN = 10.0
DOTS_PER_IN = 100
MARGIN_KEYS = 3
HAND_COLOURS = dict(zip(SIDES, ("#009E73", "#E69F00"), strict=True))
"""Green and orange of the palette of `key_marks` (Okabe and Ito), whose other colours mark the keys."""
FINGER_COLOURS = ("#E69F00", "#56B4E9", "#009E73", "#0072B2", "#222222")
"""Thumb to little."""
HAND_LINES: dict[str, Any] = dict(zip(SIDES, ("-", (0, (4, 2))), strict=True))
FINGER_LINES = ("-", (0, (5, 1.5)), (0, (5, 1.5, 1, 1.5)), (0, (1, 1)), (0, (3, 1, 1, 1, 1, 1)))
"""Line styles say what the colours say, for grey print."""
HAND_WORDS = {"rh": "right hand", "lh": "left hand"}
PIXELS_PER_KEY = 3
MARK_PIXELS = {KeyMark.RIGHT: (0, 1, 2), KeyMark.MISSED: (0, 2), KeyMark.WRONG: (1,)}
"""A missed note is hollow and a wrong one thin, which grey print shows, too."""
MARK_SHAPES = {KeyMark.RIGHT: "", KeyMark.MISSED: " (hollow)", KeyMark.WRONG: " (thin)"}
WHITE_ROW, BLACK_ROW = (255, 255, 255), (240, 240, 240)
MAX_HEIGHT_MM = 80.0


def plot(rollout: Path, out: Path) -> int:
    """Draw a rollout file into a PNG file and return the exit code.

    Raises:
        UserError: The file is not a rollout, `out` cannot be written or is not PNG, or matplotlib is not installed.
    """
    check_file(out, "--out", ".png")
    keep_apart([("--out", out)], (rollout,))
    try:
        from matplotlib.figure import Figure
    except ImportError as error:
        raise UserError("plot needs matplotlib: pip install matplotlib") from error
    replayed = replay_rollout(rollout, POSES_PER_S)
    width_in = float(np.clip(replayed.duration_s * INCHES_PER_S, *WIDTH_IN))
    figure = Figure(figsize=(width_in, HEIGHT_IN), layout="constrained")
    axes = figure.subplots(3, 1, sharex=True, height_ratios=(4, 1, 1))
    times_s = np.array([pose.time_s for pose in replayed.poses])
    tips = fingertips(replayed)
    _draw_roll(axes[0], replayed, times_s, tips)
    for axis, side, of_side in zip(axes[1:], SIDES, tips, strict=True):
        _draw_heights(axis, side, times_s, of_side)
    axes[-1].set_xlabel("time [s]")
    axes[-1].set_xlim(0, replayed.duration_s)
    try:
        write_whole(out, lambda file: figure.savefig(file, dpi=DOTS_PER_IN))
    except OSError as error:
        raise UserError(f"plot {str(out)!r} cannot be written: {error.strerror}") from error
    print(f"{out}: {replayed.duration_s:.1f} s")
    return 0


def fingertips(replayed: ReplayedRollout) -> NDArray[np.float64]:
    """Return the fingertips in the world frame, (2 sides, 5 fingers, poses, 3) m, right hand and thumb first."""
    model = build_scene(replayed.scene).compile()
    data = mujoco.MjData(model)
    qpos = [model.joint(name).qposadr[0] for name in replayed.joint_names]
    sites = [model.site(fingertip_site(side, finger)).id for side in SIDES for finger in FINGERS]
    tips = np.empty((len(replayed.poses), len(sites), 3))
    for index, pose in enumerate(replayed.poses):
        data.qpos[qpos] = pose.joint_positions
        mujoco.mj_kinematics(model, data)
        tips[index] = data.site_xpos[sites]
    return tips.transpose(1, 0, 2).reshape(len(SIDES), len(FINGERS), -1, 3)


def roll_image(goal: NDArray[np.bool_], pressed: NDArray[np.bool_]) -> NDArray[np.uint8]:
    """Return the mark of each key in each step as an image, (3 * 88, T, 3) sRGB, for goal and pressed keys (T, 88)."""
    image = np.empty((NUM_KEYS, PIXELS_PER_KEY, len(goal), 3), dtype=np.uint8)
    image[:] = np.where(KEYBOARD.is_black[:, None, None, None], BLACK_ROW, WHITE_ROW)
    for mark, keys in (
        (KeyMark.RIGHT, goal & pressed),
        (KeyMark.MISSED, goal & ~pressed),
        (KeyMark.WRONG, ~goal & pressed),
    ):
        for pixel in MARK_PIXELS[mark]:
            image[:, pixel][keys.T] = MARK_COLOURS[mark]
    return image.reshape(NUM_KEYS * PIXELS_PER_KEY, len(goal), 3)


def _draw_roll(axis: Any, replayed: ReplayedRollout, times_s: NDArray[np.float64], tips: NDArray[np.float64]) -> None:
    from matplotlib.lines import Line2D
    from matplotlib.patches import Patch

    rollout = replayed.rollout
    image = roll_image(rollout.goal, rollout.pressed)
    extent = (0, replayed.duration_s, -0.5, NUM_KEYS - 0.5)
    axis.imshow(image, extent=extent, origin="lower", aspect="auto", interpolation="nearest")
    for side, of_side in zip(SIDES, tips, strict=True):
        for tip in of_side:
            # Centres of the keys rise with the pitch, white and black together.
            keys = np.interp(tip[:, 1], KEYBOARD.center_y_m, np.arange(NUM_KEYS))
            axis.plot(times_s, keys, color=HAND_COLOURS[side], linestyle=HAND_LINES[side], linewidth=0.6, alpha=0.7)
    cs = np.arange((-LOWEST_PITCH) % 12, NUM_KEYS, 12)
    axis.set_yticks(cs, [f"C{(key + LOWEST_PITCH) // 12 - 1}" for key in cs])
    used = np.flatnonzero((rollout.goal | rollout.pressed).any(axis=0))
    lowest, highest = (used.min(), used.max()) if len(used) else (0, NUM_KEYS - 1)
    axis.set_ylim(max(lowest - MARGIN_KEYS, 0) - 0.5, min(highest + MARGIN_KEYS, NUM_KEYS - 1) + 0.5)
    axis.set_ylabel("key")
    player = rollout.metadata.get("controller") or "unknown player"
    scores = f"F1 {replayed.f1:.3f}, onset F1 {replayed.onset_f1:.3f}"
    axis.set_title(f"{replayed.score.title}, {player}: {scores}", loc="left", parse_math=False)
    handles: list[Any] = [
        Patch(color=_hex(MARK_COLOURS[mark]), label=MARK_WORDS[mark] + shape) for mark, shape in MARK_SHAPES.items()
    ]
    handles += [
        Line2D([], [], color=HAND_COLOURS[side], linestyle=HAND_LINES[side], label=f"fingertips, {HAND_WORDS[side]}")
        for side in SIDES
    ]
    axis.figure.legend(handles=handles, loc="outside lower center", ncols=len(handles), frameon=False)


def _draw_heights(axis: Any, side: str, times_s: NDArray[np.float64], tips: NDArray[np.float64]) -> None:
    white_top_m = KEYBOARD.top_z_m[~KEYBOARD.is_black][0]
    for finger, tip, colour, line in zip(FINGERS, tips, FINGER_COLOURS, FINGER_LINES, strict=True):
        height_mm = 1000 * (tip[:, 2] - white_top_m)
        axis.plot(times_s, height_mm, color=colour, linestyle=line, linewidth=0.8, label=finger)
    axis.set_ylabel(f"{HAND_WORDS[side]}\nheight [mm]")
    axis.set_ylim(top=min(axis.get_ylim()[1], MAX_HEIGHT_MM))
    axis.legend(loc="upper left", bbox_to_anchor=(1, 1), frameon=False, fontsize="small")


def _hex(colour: tuple[int, int, int]) -> str:
    return "#" + bytes(colour).hex()
