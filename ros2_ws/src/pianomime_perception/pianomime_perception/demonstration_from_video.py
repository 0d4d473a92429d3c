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

"""Makes a demonstration from a video of a pianist and the music played in it: all steps in order.

keyboard -> hands in every frame -> right and left -> smooth trajectories over the keyboard -> where the music begins
-> fingers of the notes -> heights. Only landmarks of the frames are kept.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pianomime_core.demonstration import NOBODY, Demonstration
from pianomime_core.errors import UserError
from pianomime_core.hands import SIDES
from pianomime_core.keyboard import LOWEST_PITCH
from pianomime_core.notes import Score
from pianomime_core.piano_roll import note_span, piano_roll, trim_silence
from pianomime_core.timing import CONTROL_TIMESTEP_S
from pianomime_perception.finger_assignment import AssignmentConfig, Fingering, assign_fingers
from pianomime_perception.hand_sides import Sides, SidesConfig, is_mirrored, sides
from pianomime_perception.hand_tracking import NO_HAND, HandDetections, HandTracker, TrackingConfig, follow
from pianomime_perception.keyboard_fit import background, fit_keyboard
from pianomime_perception.keyboard_map import KeyboardMap
from pianomime_perception.press_heights import HeightConfig, keys_held, with_heights
from pianomime_perception.synchrony import Synchrony, SynchronyConfig, synchronise
from pianomime_perception.trajectories import Rows, Trajectories, TrajectoryConfig
from pianomime_perception.video_file import VideoInfo, frames, probe, sample

Points = NDArray[np.float64]
Progress = Callable[[str, float], None]
"""Called with the name of a step and its progress, 0..1."""

BACKGROUND_PICTURES = 25
"""Number of frames whose median shows the keyboard without hands."""
_PACKAGES = ("pianomime_perception", "mediapipe", "opencv-python-headless", "av", "numpy", "scipy")
_SIDE_NAMES = dict(zip(SIDES, ("right", "left"), strict=True))


@dataclass(frozen=True)
class PerceptionConfig:
    """Settings of all steps.

    Attributes:
        max_distance_m, min_near_share: Limits for music that is really played in the video: the distance of fingertips
            from the keys struck, where one is near, and how often one is. On one clip its own music has 4 mm and all
            notes (half with one hand hidden); none of 25 other pieces has less than 12 mm, or, with one hand hidden,
            9 mm with a third of the notes near.
        rare_share: Warn if a hand is seen, or a finger found for a note, less often than this.
    """

    tracking: TrackingConfig = field(default_factory=TrackingConfig)
    sides: SidesConfig = field(default_factory=SidesConfig)
    trajectories: TrajectoryConfig = field(default_factory=TrajectoryConfig)
    synchrony: SynchronyConfig = field(default_factory=SynchronyConfig)
    assignment: AssignmentConfig = field(default_factory=AssignmentConfig)
    heights: HeightConfig = field(default_factory=HeightConfig)
    max_distance_m: float = 0.008
    min_near_share: float = 0.3
    rare_share: float = 0.9


def _silent(step: str, share: float) -> None:
    pass


def demonstration_from_video(
    video: str | Path,
    score: Score,
    keyboard: KeyboardMap | None = None,
    config: PerceptionConfig = PerceptionConfig(),
    progress: Progress = _silent,
) -> Demonstration:
    """Make a demonstration from a video.

    Args:
        video: File, the keyboard as seen from above.
        score: The music played in it, beginning at any time.
        keyboard: The keyboard in its frames, at any size; None to search for it.
        config: Settings of all steps.
        progress: Progress callback.

    Raises:
        UserError: The video cannot be read, the keyboard or hands are not found, keyboard and hands contradict each
            other, or the music is not what is played.
    """
    info = probe(video)
    if keyboard is None:
        progress("keyboard", 0.0)
        keyboard = fit_keyboard(background(picture.image for picture in sample(video, BACKGROUND_PICTURES)))
    progress("keyboard", 1.0)
    with HandTracker(config.tracking) as tracker:
        last_s = max(info.duration_s, 1e-3)
        detections = follow(
            frames(video), tracker, lambda picture, hands: progress("hands", min(picture.time_s / last_s, 1.0))
        )
    progress("hands", 1.0)
    result = demonstration_from_detections(detections, keyboard, score, config, _facts(info))
    progress("fingers", 1.0)
    return result


def demonstration_from_detections(
    detections: HandDetections,
    keyboard: KeyboardMap,
    score: Score,
    config: PerceptionConfig = PerceptionConfig(),
    video_facts: dict[str, Any] | None = None,
) -> Demonstration:
    """Make a demonstration from detections; `video_facts` go into the metadata.

    Raises:
        UserError: As `demonstration_from_video`.
    """
    if keyboard.image_size != detections.image_size:
        keyboard = keyboard.scaled(detections.image_size)
    trajectories, sides_found = trajectories_over(keyboard, detections, config)
    music = trim_silence(score)
    notes = sorted(music.notes, key=lambda note: (note.onset_s, note.pitch))
    pitch = np.array([note.pitch for note in notes])
    onset_s, end_s = np.array([[note.onset_s, note.offset_s] for note in notes]).T
    synchrony = synchronise(trajectories, onset_s, pitch - LOWEST_PITCH, config.synchrony)
    _require_this_music(synchrony, config)
    fingering = assign_fingers(
        trajectories, synchrony.offset_s, onset_s, end_s, pitch - LOWEST_PITCH, config.assignment
    )
    goal = piano_roll(music).goal
    time_s: Points = np.arange(len(goal)) * np.float64(CONTROL_TIMESTEP_S)
    rows = trajectories.at(time_s + synchrony.offset_s)
    spans = [
        note_span(note.pitch, note.onset_s, until) for note, until in zip(notes, fingering.held_until_s, strict=True)
    ]
    held = keys_held(
        goal,
        np.array([span.start for span in spans]),
        np.array([span.end for span in spans]),
        pitch - LOWEST_PITCH,
        fingering.finger,
    )
    return Demonstration(
        time_s=time_s,
        points_m=with_heights(rows.points_m, held, config.heights).astype(np.float32),
        valid=rows.valid,
        confidence=rows.confidence.astype(np.float32),
        onset_s=onset_s,
        offset_s=end_s,
        pitch=pitch,
        velocity=np.array([note.velocity for note in notes]),
        finger=fingering.finger,
        pedal_s=np.array([time_s for time_s, _ in music.sustain], dtype=np.float64),
        pedal_down=np.array([down for _, down in music.sustain], dtype=np.bool_),
        video_offset_s=synchrony.offset_s,
        assignment_distance_m=float(np.nanmean(fingering.distance_m)),
        keyboard=keyboard.to_arrays(),
        metadata={
            "title": score.title,
            "video": video_facts or {},
            "versions": _versions(),
            "quality": _quality(detections, sides_found, trajectories, rows, synchrony, fingering),
            "warnings": _warnings(score, rows, synchrony, fingering, config),
        },
    )


def trajectories_over(
    keyboard: KeyboardMap, detections: HandDetections, config: PerceptionConfig = PerceptionConfig()
) -> tuple[Trajectories, Sides]:
    """Return fingertips over a keyboard, in frames of this size, and the labelling of the hands.

    Raises:
        UserError: No hand was detected, or handedness contradicts the order of the wrists.
    """
    if not detections.found.any():
        raise UserError(
            f"no hand was found in {len(detections.time_s)} frames: hands must be seen from above, in good light, "
            "without gloves"
        )
    found_m = keyboard.to_world(detections.points_px)
    handedness = detections.handedness
    if is_mirrored(keyboard):
        handedness = np.where(detections.found, 1 - handedness, NO_HAND)
    sides_found = sides(detections.time_s, found_m, handedness, detections.score, config.sides)
    points_m = _in_slots(found_m, sides_found.slot, np.nan)
    return Trajectories(
        detections.time_s, points_m, _in_slots(detections.score, sides_found.slot, 0.0), config.trajectories
    ), sides_found


def _in_slots(values: Points, slot: NDArray[np.int64], nothing: float) -> Points:
    """Return values (F, 2, ...) of the detected hands, right hand first."""
    wide = slot.reshape(*slot.shape, *[1] * (values.ndim - 2))
    return np.where(wide == NO_HAND, nothing, np.take_along_axis(values, np.maximum(wide, 0), axis=1))


def _require_this_music(synchrony: Synchrony, config: PerceptionConfig) -> None:
    if synchrony.distance_m > config.max_distance_m or synchrony.near_share < config.min_near_share:
        found = f"near {synchrony.near_share:.0%} of the keys struck and {1000 * synchrony.distance_m:.0f} mm from them"
        wanted = f"near {config.min_near_share:.0%} and {1000 * config.max_distance_m:.0f} mm at most"
        raise UserError(
            f"the music is not what is played in the video: at its best offset, fingertips are {found}, but must be "
            f"{wanted} (another piece, another octave or tempo, or a keyboard in another place)"
        )


def _facts(info: VideoInfo) -> dict[str, Any]:
    return {
        "name": info.path.name,
        "sha256": info.sha256,
        "width": info.width,
        "height": info.height,
        "duration_s": info.duration_s,
        "claimed_duration_s": info.claimed_duration_s,
        "rotation_deg": info.rotation_deg,
    }


def _versions() -> dict[str, str]:
    found = {}
    for package in _PACKAGES:
        try:
            found[package] = version(package)
        except PackageNotFoundError:
            found[package] = "absent"
    return found


def _quality(
    detections: HandDetections,
    sides_found: Sides,
    trajectories: Trajectories,
    rows: Rows,
    synchrony: Synchrony,
    fingering: Fingering,
) -> dict[str, float]:
    """Return quality measures of a demonstration, for its metadata."""
    seen = sides_found.slot != NO_HAND
    return {
        "pictures": len(detections.time_s),
        "both_hands_share": float(np.mean(seen.all(axis=1))),
        **{f"{_SIDE_NAMES[side]}_hand_share": float(np.mean(seen[:, i])) for i, side in enumerate(SIDES)},
        "valid_rows_share": float(np.mean(rows.valid.all(axis=1))),
        "gaps_bridged": trajectories.gaps_bridged,
        "jitter_mm": 1000 * trajectories.jitter_m(),
        "contradicting_looks_share": sides_found.contradiction,
        "hands_found_twice": sides_found.doubles,
        "synchrony_distance_mm": 1000 * synchrony.distance_m,
        "notes_near_share": synchrony.near_share,
        "notes_in_video_share": synchrony.overlap,
        "notes_with_finger_share": float(np.mean(fingering.finger != NOBODY)),
    }


def _warnings(
    score: Score, rows: Rows, synchrony: Synchrony, fingering: Fingering, config: PerceptionConfig
) -> list[str]:
    """Return warnings for the user, one line each."""
    sides_found = []
    for number, side in enumerate(SIDES):
        share = float(np.mean(rows.valid[:, number]))
        if share < config.rare_share:
            sides_found.append(f"the {_SIDE_NAMES[side]} hand is seen in {share:.0%} of the music")
    if synchrony.overlap < 1:
        sides_found.append(f"{1 - synchrony.overlap:.0%} of the notes are played outside the video")
    fingered = float(np.mean(fingering.finger != NOBODY))
    if fingered < config.rare_share:
        sides_found.append(f"no finger was seen to play {1 - fingered:.0%} of the notes")
    if str(score.dropped) != "nothing":
        sides_found.append(f"the MIDI file has notes that a piano cannot play: {score.dropped}")
    return sides_found
