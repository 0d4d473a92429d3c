"""The first seconds of the real clip under other recording conditions: each gives a result or one clear error."""

from itertools import islice
from pathlib import Path

import av
import numpy as np
import pytest

pytest.importorskip("mediapipe", reason="needs mediapipe: run `make perceive`")

from benchmarks.perception_accuracy import CLIP, load_reference
from benchmarks.rendered_keyboard import View, render

from pianomime_core.errors import UserError
from pianomime_core.keyboard import KEYBOARD
from pianomime_core.midi_score import load_midi
from pianomime_core.notes import Score
from pianomime_perception.demonstration_from_video import demonstration_from_video
from pianomime_perception.keyboard_fit import background, fit_keyboard
from pianomime_perception.video_file import frames, sample

TUTORIAL = Path(__file__).resolve().parents[3].parent / "shared" / "tutorial"
pytestmark = [pytest.mark.slow, pytest.mark.skipif(not TUTORIAL.is_dir(), reason="needs ../shared/tutorial")]
SECONDS, EVERY = 6.0, 4


@pytest.fixture(scope="module")
def pictures():
    """Fifteen pictures a second of the first seconds, (time [s], (H, W, 3))."""
    shown = islice(frames(TUTORIAL / f"{CLIP}.mp4"), 0, round(SECONDS * 60), EVERY)
    return [(frame.time_s, frame.image) for frame in shown]


@pytest.fixture(scope="module")
def music():
    score = load_midi(TUTORIAL / f"{CLIP}.mid")
    until_s = score.start_s + SECONDS - 0.5
    return Score(tuple(note for note in score.notes if note.offset_s < until_s))


def film(path, pictures, change):
    """Write the pictures, changed."""
    with av.open(str(path), "w") as container:
        stream = container.add_stream("libx264", rate=60, options={"preset": "veryfast", "crf": "20"})
        for index, (_, image) in enumerate(pictures):
            changed = np.ascontiguousarray(change(image))
            if not index:
                stream.height, stream.width = changed.shape[:2]
            picture = av.VideoFrame.from_ndarray(changed, format="rgb24")
            picture.pts = index * EVERY
            container.mux(stream.encode(picture))
        container.mux(stream.encode())
    return path


def noisy(image):
    noise = np.random.default_rng(int(image[::50, ::50].sum())).normal(0, 12, image.shape)
    return np.clip(image + noise, 0, 255).astype(np.uint8)


@pytest.mark.parametrize(
    "change",
    [lambda image: image, noisy, lambda image: image[::-1, ::-1], lambda image: (image * 0.6).astype(np.uint8)],
    ids=["as it is", "noisy", "upside down", "dim"],
)
def test_it_is_perceived(tmp_path, pictures, music, change):
    seen = demonstration_from_video(film(tmp_path / "video.mp4", pictures, change), music)
    # Its music begins with the video; so few notes say it to two control steps.
    assert seen.video_offset_s == pytest.approx(0, abs=0.1)
    assert seen.assignment_distance_m < 0.008
    assert seen.valid.mean() > 0.9
    # The left hand plays the lower notes here.
    assert set(seen.finger[seen.pitch < 65] // 5) == {1}
    assert set(seen.finger[seen.pitch > 75] // 5) == {0}


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (lambda image: (image * 0.04).astype(np.uint8), "not certain"),
        (lambda image: image[:, ::-1], "mirrored"),
        (lambda image: image[:, :854], "not certain"),
        (lambda image: render(View()), "no hand"),
    ],
    ids=["dark", "mirrored", "cut off", "nobody plays"],
)
def test_it_is_refused_in_words(tmp_path, pictures, music, change, told):
    video = film(tmp_path / "video.mp4", pictures[:20], change)
    with pytest.raises(UserError, match=told):
        demonstration_from_video(video, music)


def test_the_keyboard_found_by_itself_is_that_of_the_clicked_corners():
    found = fit_keyboard(background(frame.image for frame in sample(TUTORIAL / f"{CLIP}.mp4", 25)))
    x_m, y_m = np.meshgrid([-0.07, 0.0, 0.07], KEYBOARD.center_y_m)
    points_m = np.stack([x_m, y_m], axis=-1)
    away_m = np.linalg.norm(found.to_world(load_reference(TUTORIAL).keyboard.to_image(points_m)) - points_m, axis=-1)
    assert away_m.mean() <= 0.003
    assert away_m.max() <= 0.006
