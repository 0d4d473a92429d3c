"""Accuracy of `perceive` on a clip with reference outputs.

    python -m benchmarks.perception_accuracy --tutorial FOLDER

The folder is the tutorial published by PianoMime's authors. Their outputs also come from MediaPipe, through a
homography of clicked corners, at 20 Hz: the comparison measures how well they are reproduced, not
how accurate they are. The same holds for their fingering, a nearest-finger rule.
"""

import sys
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path

import numpy as np
import tyro
from numpy.typing import NDArray

from pianomime_core.demonstration import Demonstration
from pianomime_core.errors import UserError
from pianomime_core.keyboard import KEYBOARD
from pianomime_core.midi_score import load_midi
from pianomime_core.timing import CONTROL_TIMESTEP_S
from pianomime_perception.demonstration_from_video import (
    BACKGROUND_PICTURES,
    demonstration_from_detections,
    trajectories_over,
)
from pianomime_perception.hand_tracking import HandDetections, HandTracker, follow
from pianomime_perception.keyboard_fit import background, fit_keyboard
from pianomime_perception.keyboard_map import NO_KEY_EDGES, KeyboardMap
from pianomime_perception.reference_fingering import agreement, load_fingering
from pianomime_perception.video_file import frames, probe, sample

Points = NDArray[np.float64]

CLIP = "Stan_1"
SHIFTS_S = (-3.0, -1.37, 0.62, 3.0)
"""Time shifts of the video with which the start of the music is detected."""


@dataclass(frozen=True)
class AccuracyOptions:
    """Measure a clip; print a table as Markdown.

    Attributes:
        tutorial: Folder with Stan_1.mp4, Stan_1.mid, the reference outputs and homography_matrix.npy.
        every: Use only every n-th frame.
    """

    tutorial: Path
    every: int = 1


@dataclass(frozen=True, eq=False)
class Reference:
    """The authors' outputs for the clip, whose music begins with the video.

    Attributes:
        points_m: (T, 2, 6, 2) world x, y at 20 Hz, right hand first, wrist first.
        free: (T, 2, 6) fingertips that press no key; the others were moved onto their keys.
        keyboard: From their homography.
    """

    points_m: Points
    free: NDArray[np.bool_]
    keyboard: KeyboardMap


def load_reference(folder: Path) -> Reference:
    """Read the authors' outputs.

    Raises:
        UserError: They are missing.
    """
    try:
        rows = np.stack([np.load(folder / f"{CLIP}_{side}_hand_action_list.npy") for side in ("right", "left")], axis=1)
        homography = np.load(folder / "homography_matrix.npy")
    except OSError as error:
        raise UserError(f"no tutorial at {str(folder)!r}: {error}") from error
    free = rows[:, :, 7] == -1
    free[:, :, 0] = False
    # Theirs maps to (y, -x), from MediaPipe's pixels, which count from the corner of the frame.
    to_world = np.array([[0.0, -1, 0], [1, 0, 0], [0, 0, 1]])
    from_corner = np.array([[1.0, 0, 0.5], [0, 1, 0.5], [0, 0, 1]])
    info = probe(folder / f"{CLIP}.mp4")
    keyboard = KeyboardMap(to_world @ homography @ from_corner, NO_KEY_EDGES, 0.0, (info.width, info.height))
    return Reference(np.moveaxis(rows[:, :, :2], 2, 3), free, keyboard)


def see(folder: Path, every: int = 1) -> HandDetections:
    """Return the hands in every n-th frame of the clip."""
    with HandTracker() as tracker:
        return follow(islice(frames(folder / f"{CLIP}.mp4"), 0, None, every), tracker)


def perceived(folder: Path, sightings: HandDetections, keyboard: KeyboardMap) -> Demonstration:
    """Return the demonstration of the clip."""
    return demonstration_from_detections(sightings, keyboard, load_midi(folder / f"{CLIP}.mid"))


def reproduction(sightings: HandDetections, reference: Reference) -> dict[str, float]:
    """Return the distance of free fingertips from the reference [mm] and the number of rows with swapped hands."""
    traces, _ = trajectories_over(reference.keyboard, sightings)
    rows = traces.at(np.arange(len(reference.points_m)) * np.float64(CONTROL_TIMESTEP_S))
    away_mm = 1000 * np.linalg.norm(rows.points_m - reference.points_m, axis=-1)[reference.free]
    away_mm = away_mm[np.isfinite(away_mm)]
    own, other = (
        np.linalg.norm(rows.points_m[:, :, 0] - wrists, axis=-1)
        for wrists in (reference.points_m[:, :, 0], reference.points_m[:, ::-1, 0])
    )
    return {
        "mean error [mm]": float(np.mean(away_mm)),
        "median error [mm]": float(np.median(away_mm)),
        "p95 error [mm]": float(np.percentile(away_mm, 95)),
        "rows with both hands": float(np.mean(rows.valid.all(axis=1))),
        "side swaps": float(np.sum(other < own)),
    }


def shifted(sightings: HandDetections, shift_s: float) -> HandDetections:
    """Return the video shifted in time; what would come before its beginning is cut off."""
    time_s = sightings.time_s + shift_s
    kept = time_s >= 0
    return HandDetections(
        time_s[kept], sightings.points_px[kept], sightings.score[kept], sightings.handedness[kept], sightings.image_size
    )


def offset_error_s(folder: Path, sightings: HandDetections, keyboard: KeyboardMap) -> float:
    """Return the largest error of the detected start of the music, which is known to be that of the video."""
    found = [(shift_s, perceived(folder, shifted(sightings, shift_s), keyboard)) for shift_s in (0.0, *SHIFTS_S)]
    return max(abs(demonstration.video_offset_s - shift_s) for shift_s, demonstration in found)


def keyboard_error_mm(found: KeyboardMap, reference: KeyboardMap) -> Points:
    """Return the distances between the centres of the white keys in two maps, (52,) mm."""
    white = ~KEYBOARD.is_black
    middle_m = np.column_stack([KEYBOARD.center_x_m[white], KEYBOARD.center_y_m[white]])
    return 1000 * np.linalg.norm(found.to_world(reference.to_image(middle_m)) - middle_m, axis=-1)


def main(options: AccuracyOptions) -> None:
    """Measure everything, with the authors' keyboard and with the detected one."""
    folder = options.tutorial
    reference = load_reference(folder)
    sightings = see(folder, options.every)
    pictures = (picture.image for picture in sample(folder / f"{CLIP}.mp4", BACKGROUND_PICTURES))
    fitted = fit_keyboard(background(pictures))
    fingers = load_fingering(folder / f"{CLIP}_fingering.csv")
    print(f"| {CLIP}, {len(sightings.time_s)} frames | authors' keyboard | detected |\n|---|---|---|")
    columns = []
    for keyboard in (reference.keyboard, fitted):
        demonstration = perceived(folder, sightings, keyboard)
        apart_mm = keyboard_error_mm(keyboard, reference.keyboard)
        columns.append(
            {
                "keyboard: mean distance [mm]": float(apart_mm.mean()),
                "keyboard: largest [mm]": float(apart_mm.max()),
                **reproduction(sightings, replace(reference, keyboard=keyboard)),
                "largest offset error [s]": offset_error_s(folder, sightings, keyboard),
                "assignment distance [mm]": 1000 * demonstration.assignment_distance_m,
                **agreement(demonstration, fingers),
                **{name.replace("_", " "): value for name, value in demonstration.metadata["quality"].items()},
            }
        )
    for name in columns[0]:
        print(f"| {name} | {' | '.join(f'{column[name]:.3f}' for column in columns)} |")


if __name__ == "__main__":
    try:
        main(tyro.cli(AccuracyOptions))
    except UserError as error:
        sys.exit(str(error))
