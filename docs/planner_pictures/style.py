"""The look of the pictures: colours, hatches, names of keys, small files.

Colours are those of Okabe and Ito ("Color Universal Design", 2008), as in `pianomime_sim.viewers.key_marks`: reddish
purple is wanted but not pressed, vermilion is pressed but not wanted. Everything that colour says is also said by a
hatch, a line style, a marker, a number or a word, so that the pictures can be read in grey print.
"""

from pathlib import Path

import matplotlib
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle
from numpy.typing import NDArray
from PIL import Image

from pianomime_core.keyboard import KEYBOARD, LOWEST_PITCH
from pianomime_sim.viewers.key_marks import MARK_COLOURS, KeyMark

Colour = tuple[float, float, float]


def _colour(rgb: tuple[int, int, int]) -> Colour:
    red, green, blue = rgb
    return red / 255, green / 255, blue / 255


MISSED = _colour(MARK_COLOURS[KeyMark.MISSED])
WRONG = _colour(MARK_COLOURS[KeyMark.WRONG])
RIGHT = _colour(MARK_COLOURS[KeyMark.RIGHT])
SKY, GREEN, ORANGE = "#56B4E9", "#009E73", "#E69F00"
INK, SOFT_INK, GRID = "#222222", "#6B6B6B", "#DDDDDD"
FINGER_COLOURS = ("#F0E442", "#56B4E9", "#009E73", "#0072B2", "#3A3A3A")
"""Thumb..little."""
FINGER_INKS = (INK, INK, "white", "white", "white")
"""Text colours that are legible on them."""
HAND_COLOURS = ("#0072B2", "#E69F00")
"""Right, left."""
LEFT_HATCH = "//////"
"""Of whatever belongs to the left hand."""
MISSED_HATCH, WRONG_HATCH = None, "xxx"

_DOTS_PER_INCH = 120
_PALETTE = 128
_PITCH_CLASSES = ("C", "C♯", "D", "D♯", "E", "F", "F♯", "G", "G♯", "A", "A♯", "B")

matplotlib.use("Agg")
matplotlib.rcParams.update(
    {
        "font.family": "DejaVu Sans",
        "font.size": 9.5,
        "text.color": INK,
        "axes.labelcolor": INK,
        "axes.edgecolor": SOFT_INK,
        "axes.linewidth": 0.8,
        "axes.spines.top": False,
        "axes.spines.right": False,
        "axes.titlesize": 11.5,
        "axes.titleweight": "bold",
        "axes.titlelocation": "left",
        "xtick.color": SOFT_INK,
        "ytick.color": SOFT_INK,
        "hatch.linewidth": 1.0,
        "legend.frameon": False,
        "lines.solid_capstyle": "round",
    }
)


def key_name(key: int) -> str:
    """Return the name of a key 0..87 in scientific pitch notation: 39 is C4, middle C."""
    octave, pitch_class = divmod(key + LOWEST_PITCH, 12)
    return f"{_PITCH_CLASSES[pitch_class]}{octave - 1}"


def draw_keyboard(axes: Axes, low_m: float, high_m: float, left: float, right: float) -> None:
    """Draw the keys from `low_m` to `high_m` of a vertical keyboard, between the x coordinates `left` and `right`."""
    for black in (False, True):
        for key in np.flatnonzero(KEYBOARD.is_black == black):
            bottom = KEYBOARD.center_y_m[key] - KEYBOARD.width_m[key] / 2
            if bottom > high_m or bottom + KEYBOARD.width_m[key] < low_m:
                continue
            width = (right - left) * (0.62 if black else 1.0)
            fill = "#1A1A1A" if black else "white"
            axes.add_patch(Rectangle((left, bottom), width, KEYBOARD.width_m[key], fc=fill, ec=SOFT_INK, lw=0.5))


def runs(mask: NDArray[np.bool_]) -> list[tuple[int, int]]:
    """Return the unbroken runs of a mask (T,) as (first, one past the last)."""
    edges = np.flatnonzero(np.diff(np.concatenate([[False], mask, [False]]).astype(int)))
    return [(int(first), int(last)) for first, last in edges.reshape(-1, 2)]


def save(figure: Figure, path: Path) -> None:
    """Write a PNG of few colours: it is smaller and looks the same."""
    figure.savefig(path, dpi=_DOTS_PER_INCH, bbox_inches="tight", pad_inches=0.12, facecolor="white")
    with Image.open(path) as picture:
        few = picture.convert("RGB").quantize(_PALETTE, Image.Quantize.MAXCOVERAGE, dither=Image.Dither.NONE)
    few.save(path, optimize=True)
