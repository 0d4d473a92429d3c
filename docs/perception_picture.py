"""Makes docs/images/perceive.png: .venv/bin/python -m docs.perception_picture

What perception draws over a video, and the plot of it. Pianist and piano are made up: a rendered keyboard, found in its
picture, and fingertips of the robot's own performance of a bundled song.
"""

import tempfile
from pathlib import Path

import numpy as np
from benchmarks.rendered_keyboard import View, render
from numpy.typing import NDArray
from PIL import Image

from pianomime.episodes.episode import play_episode
from pianomime.files.songs import find_song
from pianomime.reports.demonstration_plot import plot_demonstration
from pianomime.reports.demonstration_video import annotated
from pianomime.reports.likeness import played_fingertips_m
from pianomime_core.demonstration import Demonstration
from pianomime_core.keyboard import KEYBOARD, LOWEST_PITCH
from pianomime_core.midi_score import load_midi
from pianomime_core.notes import Note, Score
from pianomime_core.piano_roll import piano_roll, trim_silence
from pianomime_core.timing import CONTROL_TIMESTEP_S, FRAMES_PER_SECOND
from pianomime_description import SceneConfig
from pianomime_perception.keyboard_fit import fit_keyboard
from pianomime_perception.keyboard_map import KeyboardMap
from pianomime_perception.video_file import Frame
from pianomime_physics.simulator import Simulator
from pianomime_policy.controllers.planner.planner import Planner

OUT = Path(__file__).parent / "images" / "perceive.png"
SONG, SECONDS, SHOWN_S = "fuer_elise", 16.0, 4.3
WRIST_BEHIND_M = 0.11
"""Of the middle of the fingertips; the made-up pianist has none of their own."""


def made_up(keyboard: KeyboardMap) -> Demonstration:
    """The planner's fingertips and fingers, as if they had been seen."""
    music = trim_silence(load_midi(find_song(SONG)))
    notes = sorted((note for note in music.notes if note.offset_s < SECONDS), key=_by_onset)
    score = Score(tuple(notes))
    roll, planner = piano_roll(score), Planner()
    tips_m = played_fingertips_m(play_episode(Simulator(SceneConfig()), planner, roll), Simulator(SceneConfig()))
    points_m = np.zeros((len(roll), 2, 6, 3), dtype=np.float32)
    points_m[:, :, 1:] = tips_m
    points_m[:, :, 0] = tips_m.mean(axis=2) + np.array([WRIST_BEHIND_M, 0, 0])
    plan = planner.assignments()
    fingers = []
    for note in notes:
        of_key = np.flatnonzero(plan.key == note.pitch - LOWEST_PITCH)
        nearest = np.argmin(np.abs(plan.onset[of_key] - note.onset_s * FRAMES_PER_SECOND))
        fingers.append(int(plan.finger[of_key[nearest]]))
    return Demonstration(
        time_s=np.arange(len(roll)) * np.float64(CONTROL_TIMESTEP_S),
        points_m=points_m,
        valid=np.ones((len(roll), 2), dtype=bool),
        confidence=np.ones((len(roll), 2), dtype=np.float32),
        onset_s=np.array([note.onset_s for note in notes]),
        offset_s=np.array([note.offset_s for note in notes]),
        pitch=np.array([note.pitch for note in notes]),
        velocity=np.array([note.velocity for note in notes]),
        finger=np.array(fingers),
        pedal_s=np.zeros(0),
        pedal_down=np.zeros(0, dtype=bool),
        video_offset_s=0.0,
        assignment_distance_m=_distance_m(notes, fingers, points_m),
        keyboard=keyboard.to_arrays(),
        metadata={"title": SONG},
    )


def _distance_m(notes: list[Note], fingers: list[int], points_m: NDArray[np.float32]) -> float:
    """Of the fingers along the keyboard from the keys that they strike, on average."""
    rows = [round(note.onset_s * FRAMES_PER_SECOND) + 1 for note in notes]
    side, finger = np.divmod(fingers, 5)
    keys_y_m = KEYBOARD.center_y_m[[note.pitch - LOWEST_PITCH for note in notes]]
    return float(np.mean(np.abs(points_m[rows, side, 1 + finger, 1] - keys_y_m)))


def _by_onset(note: Note) -> tuple[float, int]:
    return note.onset_s, note.pitch


def main() -> None:
    """Write the picture: above, a frame; below, the plot as wide."""
    image = render(View(roll_deg=2.0, tilt_deg=8.0))
    keyboard = fit_keyboard(image)
    demonstration = made_up(keyboard)
    seen = Image.fromarray(annotated(Frame(SHOWN_S, image), demonstration, keyboard))
    with tempfile.TemporaryDirectory() as folder:
        plot_demonstration(demonstration, Path(folder) / "plot.png")
        with Image.open(Path(folder) / "plot.png") as plot:
            below = plot.convert("RGB").resize((seen.width, round(plot.height * seen.width / plot.width)))
    seen = seen.crop((0, seen.height // 4, seen.width, round(seen.height * 0.85)))
    both = Image.new("RGB", (seen.width, seen.height + below.height))
    both.paste(seen, (0, 0))
    both.paste(below, (0, seen.height))
    both.quantize(128).save(OUT, optimize=True)
    print(OUT)


if __name__ == "__main__":
    main()
