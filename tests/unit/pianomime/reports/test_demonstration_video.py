"""The video shows hands, held keys and fingers at the right time and position."""

import av
import numpy as np
import pytest

pytest.importorskip("cv2", reason="needs OpenCV: make perceive")

from seen_demonstration import C_KEY, E_KEY, demonstration, pixel_of, write_video

from pianomime.reports.demonstration_video import annotated, write_demonstration_video
from pianomime_core.errors import UserError
from pianomime_core.keyboard import KEYBOARD
from pianomime_perception.drawing import HAND_COLOURS, KEY_COLOUR
from pianomime_perception.keyboard_map import KeyboardMap
from pianomime_perception.video_file import Frame


def seen_at(time_s, x_m, key):
    shown = demonstration()
    frame = Frame(time_s, np.zeros((200, 1000, 3), dtype=np.uint8))
    image = annotated(frame, shown, KeyboardMap.from_arrays(shown.keyboard))
    return image[pixel_of(x_m, KEYBOARD.center_y_m[key])].astype(int)


def hue(colour):
    return np.array(colour) / max(np.max(colour), 1)


def test_keys_are_held_while_their_notes_sound():
    front_m = 0.03
    assert not seen_at(0.1, front_m, C_KEY).any()  # before the music
    assert np.allclose(hue(seen_at(0.25, front_m, C_KEY)), hue(HAND_COLOURS["rh"]), atol=0.02)
    assert not seen_at(0.45, front_m, C_KEY).any()  # released
    assert np.allclose(hue(seen_at(0.45, front_m, E_KEY)), hue(KEY_COLOUR), atol=0.02)  # nobody's


def test_fingertips_are_shown_while_the_hand_is_known():
    assert tuple(seen_at(0.25, 0.0, C_KEY)) == HAND_COLOURS["rh"]  # the thumb on its key
    assert tuple(seen_at(0.1, 0.0, C_KEY)) != HAND_COLOURS["rh"]


def test_the_film_has_thirty_pictures_a_second_and_the_length_of_the_video(tmp_path):
    video, out = tmp_path / "video.mp4", tmp_path / "film.mp4"
    write_video(video, frames_per_s=60, seconds=0.6)
    write_demonstration_video(demonstration(), video, out)
    with av.open(str(out)) as container:
        pictures = [(frame.time, frame.to_ndarray(format="rgb24")) for frame in container.decode(video=0)]
    assert len(pictures) == pytest.approx(18, abs=1)
    assert np.allclose(np.diff([time_s for time_s, _ in pictures]), 1 / 30, atol=1e-3)
    row, column = pixel_of(0.03, KEYBOARD.center_y_m[C_KEY])
    green = [int(image[row, column, 1]) - int(image[row, column, 0]) > 40 for _, image in pictures]
    held = [time_s for (time_s, _), is_green in zip(pictures, green, strict=True) if is_green]
    assert held[0] == pytest.approx(0.2, abs=0.05)
    assert held[-1] == pytest.approx(0.4, abs=0.05)


def test_a_folder_that_is_not_there(tmp_path):
    write_video(tmp_path / "video.mp4", seconds=0.1)
    with pytest.raises(UserError, match="cannot be written"):
        write_demonstration_video(demonstration(), tmp_path / "video.mp4", tmp_path / "none" / "film.mp4")
