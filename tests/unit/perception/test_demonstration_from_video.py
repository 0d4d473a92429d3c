"""Hands over a keyboard become a demonstration, or one clear error."""

from dataclasses import replace

import numpy as np
import pytest
from scripted_pianist import LEFT, RIGHT, hands_m, key_y_m

from pianomime_core.demonstration import Demonstration
from pianomime_core.errors import UserError
from pianomime_core.notes import Dropped, Note, Score
from pianomime_core.piano_roll import piano_roll
from pianomime_perception.hand_tracking import NO_HAND, HandDetections
from pianomime_perception.keyboard_map import NO_KEY_EDGES, KeyboardMap

pytest.importorskip("cv2", reason="needs OpenCV: run `make perceive`")

from pianomime_perception.demonstration_from_video import demonstration_from_detections

SIZE = (1300, 600)
# 1 mm a pixel; u to the right is treble, v down is towards the player.
UPRIGHT = KeyboardMap(np.array([[0, 0.001, -0.3], [0.001, 0, -0.65], [0, 0, 1]]), NO_KEY_EDGES, 0.0, SIZE)
MIRROR = np.array([[-1.0, 0, SIZE[0] - 1], [0, 1, 0], [0, 0, 1]])
BEGINS_S = 0.7
FINGERS = np.random.default_rng(3).permutation(np.repeat(np.arange(10), 3))
ONSETS_S = 2.0 + 0.35 * np.arange(len(FINGERS)) + np.random.default_rng(5).uniform(0, 0.1, len(FINGERS))
"""The music begins with 2 s of silence."""
MUSIC = Score(
    tuple(
        Note((*RIGHT, *LEFT)[finger], onset_s, onset_s + 0.2)
        for finger, onset_s in zip(FINGERS.tolist(), ONSETS_S.tolist(), strict=True)
    ),
    ((3.0, True),),
    "a piece",
)


def detections(keyboard=UPRIGHT, swapped_handedness=False) -> HandDetections:
    """A pianist who plays MUSIC, in pictures of a keyboard; the left hand comes first."""
    time_s = np.arange(0, 13, 1 / 30)
    played = [
        (finger, BEGINS_S + on - ONSETS_S[0] - 0.05, BEGINS_S + on - ONSETS_S[0] + 0.2)
        for finger, on in zip(FINGERS, ONSETS_S, strict=True)
    ]
    points = keyboard.to_image(hands_m(time_s, played))[:, ::-1]
    handedness = np.tile([0, 1] if swapped_handedness else [1, 0], (len(time_s), 1))
    return HandDetections(time_s, points, np.full(handedness.shape, 0.95), handedness, SIZE)


def without(seen: HandDetections, gone) -> HandDetections:
    """The same, where hands (F, 2), the left one first, are not found."""
    gone = np.broadcast_to(gone, seen.handedness.shape)
    return replace(
        seen,
        points_px=np.where(gone[..., None, None], np.nan, seen.points_px),
        score=np.where(gone, 0.0, seen.score),
        handedness=np.where(gone, NO_HAND, seen.handedness),
    )


def test_a_demonstration_of_the_music(tmp_path):
    found = demonstration_from_detections(detections(), UPRIGHT, MUSIC)
    assert found.video_offset_s == pytest.approx(BEGINS_S, abs=0.1)
    assert found.finger.tolist() == FINGERS.tolist()
    np.testing.assert_allclose(found.onset_s, ONSETS_S - 2.0, atol=1e-3 + ONSETS_S[0] - 2.0)
    assert (found.pedal_s.tolist(), found.pedal_down.tolist()) == ([pytest.approx(3.0 - ONSETS_S[0])], [True])
    goal = piano_roll(MUSIC).goal
    assert len(found.time_s) == len(goal)
    assert found.valid.all()
    np.testing.assert_allclose(found.confidence, 0.95)
    # Whoever plays is down and over the middle of the key, nobody else is down.
    down = found.points_m[:, :, 1:, 2].reshape(len(goal), 10) == 0
    for finger in range(10):
        pitch = (*RIGHT, *LEFT)[finger]
        np.testing.assert_array_equal(down[:, finger], goal[:, pitch - 21])
        hand, point = divmod(finger, 5)
        np.testing.assert_allclose(found.points_m[down[:, finger], hand, 1 + point, 1], key_y_m(pitch), atol=1e-6)
    assert found.metadata["title"] == "a piece"
    assert found.metadata["quality"]["both_hands_share"] == 1
    assert found.metadata["warnings"] == []
    found.save(tmp_path / "demo.npz")
    assert Demonstration.load(tmp_path / "demo.npz").metadata == found.metadata


def test_a_hand_that_is_not_seen_for_a_second():
    seen = detections()
    gone = np.zeros((len(seen.time_s), 2), dtype=bool)
    gone[(seen.time_s > 5) & (seen.time_s < 6), 0] = True
    found = demonstration_from_detections(without(seen, gone), UPRIGHT, MUSIC)
    video_s = found.time_s + found.video_offset_s
    assert found.valid[:, 0].all()
    np.testing.assert_array_equal(found.valid[(video_s > 5.05) & (video_s < 5.95), 1], False)
    assert found.valid[(video_s < 4.95) | (video_s > 6.05)].all()
    known = found.finger >= 0
    np.testing.assert_array_equal(found.finger[known], FINGERS[known])
    assert set(FINGERS[~known]) <= {5, 6, 7, 8, 9}


def test_one_hand_only():
    found = demonstration_from_detections(without(detections(), [True, False]), UPRIGHT, MUSIC)
    assert not found.valid[:, 1].any()
    right = FINGERS < 5
    np.testing.assert_array_equal(found.finger, np.where(right, FINGERS, -1))
    assert any("left hand is seen in 0% of the music" in line for line in found.metadata["warnings"])
    assert any("no finger was seen to play 50% of the notes" in line for line in found.metadata["warnings"])


def test_no_hands():
    seen = detections()
    with pytest.raises(UserError, match=f"no hand was found in {len(seen.time_s)} frames"):
        demonstration_from_detections(without(seen, True), UPRIGHT, MUSIC)


def test_a_mirror_with_its_keyboard_known_is_undone():
    mirrored = KeyboardMap(UPRIGHT.homography @ MIRROR, NO_KEY_EDGES, 0.0, SIZE)
    found = demonstration_from_detections(detections(mirrored, swapped_handedness=True), mirrored, MUSIC)
    assert found.finger.tolist() == FINGERS.tolist()


def test_looks_that_contradict_the_keyboard_are_refused():
    with pytest.raises(UserError, match="mirrored, or the corners of the keyboard begin at its wrong end"):
        demonstration_from_detections(detections(swapped_handedness=True), UPRIGHT, MUSIC)


def test_other_music_is_refused():
    notes = tuple(replace(note, pitch=note.pitch + 8) for note in MUSIC.notes)
    with pytest.raises(UserError, match=r"music is not what is played in the video: .* 8 mm at most"):
        demonstration_from_detections(detections(), UPRIGHT, replace(MUSIC, notes=notes))


def test_music_that_goes_on_after_the_video():
    seen = detections()
    cut = HandDetections(*(array[:200] for array in (seen.time_s, seen.points_px, seen.score, seen.handedness)), SIZE)
    found = demonstration_from_detections(cut, UPRIGHT, MUSIC)
    inside = found.onset_s + found.video_offset_s < cut.time_s[-1]
    np.testing.assert_array_equal(found.finger, np.where(inside, FINGERS, -1))
    assert not found.valid[-1].any()
    assert any("of the notes are played outside the video" in line for line in found.metadata["warnings"])


def test_notes_that_no_piano_has_are_told():
    warnings = demonstration_from_detections(
        detections(), UPRIGHT, replace(MUSIC, dropped=Dropped(out_of_range=3))
    ).metadata["warnings"]
    assert warnings == ["the MIDI file has notes that a piano cannot play: 3 outside the 88 keys (pitches 21..108)"]


def test_pictures_of_another_size_than_the_keyboard_was_found_in():
    half = UPRIGHT.scaled((SIZE[0] // 2, SIZE[1] // 2))
    assert demonstration_from_detections(detections(), half, MUSIC).finger.tolist() == FINGERS.tolist()
