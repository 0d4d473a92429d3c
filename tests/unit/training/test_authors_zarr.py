"""Files in the authors' layout, made column by column with every trap of it: two clips, one with an expert."""

import csv
from pathlib import Path

import numpy as np
import pytest
import zarr
from numcodecs import Blosc
from training.authors_zarr import ImportOptions, main, read_authors
from training.demonstrations import FINGER_NAMES, FINGERTIP_NAMES, load_demonstration, load_demonstrations

from pianomime.files.songs import read_song
from pianomime_core.errors import UserError
from pianomime_core.hands import joint_names, target_names
from pianomime_core.keyboard import KEYBOARD
from pianomime_physics.simulator import Simulator

DEMOS = Path(__file__).resolve().parents[3].parent / "shared" / "demos"
STEPS = (6, 9)
# Of the first clip: the right index finger holds key 40 in steps 1 to 4, the left little finger key 10 in 2 and 3.
HELD = {(step, "rh_index"): 40 for step in range(1, 5)} | {(step, "lh_little"): 10 for step in (2, 3)}
# In the order of the joints in the authors' qpos.
HAND = (
    *("WRJ2", "WRJ1", "FFJ4", "FFJ3", "FFJ2", "FFJ1", "MFJ4", "MFJ3", "MFJ2", "MFJ1", "RFJ4", "RFJ3", "RFJ2", "RFJ1"),
    *("LFJ5", "LFJ4", "LFJ3", "LFJ2", "LFJ1", "THJ5", "THJ4", "THJ3", "THJ2", "THJ1"),
    *("forearm_tx", "forearm_ty", "forearm_tz"),
)


def fingertips(steps: int, held: dict[tuple[int, str], int], seed: int) -> np.ndarray:
    """(steps, 12, 3) of hands in the air, except for fingers that hold a key."""
    tips = np.random.default_rng(seed).uniform(-0.5, 0.5, (steps, 12, 3)).astype(np.float32)
    tips[..., 2] = 0.045
    for (step, finger), key in held.items():
        tips[step, FINGERTIP_NAMES.index(finger), 1:] = KEYBOARD.center_y_m[key], 0.0
    # A finger that is down where nothing is due.
    tips[0, FINGERTIP_NAMES.index("lh_thumb"), 2] = 0.0
    return tips


def high_action(tips: np.ndarray, keys: np.ndarray) -> np.ndarray:
    """(T, 184) from fingertips (T, 12, 3) and keys (T, 10), which are put into the columns of other fingers."""
    action = np.full((len(tips), 184), 0.7)
    action[:, :36] = tips.reshape(-1, 36)
    action[:, 36:46] = np.roll((keys + 1) / 89, 2, axis=1)
    return action


def write(path: Path, state: np.ndarray, action: np.ndarray, last: list[int]) -> Path:
    group = zarr.open_group(str(path), mode="w", zarr_format=2)
    arrays = {"data/state": state, "data/action": action, "meta/episode_ends": np.array(last)}
    for name, values in arrays.items():
        compressor = Blosc(cname="lz4", clevel=5, shuffle=Blosc.SHUFFLE)
        group.create_array(name, data=values.astype(np.float32), compressors=compressor)
    return path


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    folder = tmp_path_factory.mktemp("authors")
    tips = [fingertips(STEPS[0], HELD, 0), fingertips(STEPS[1], {}, 1)]
    keys = np.full((sum(STEPS), 10), -1)
    for (step, finger), key in HELD.items():
        keys[step, FINGER_NAMES.index(finger)] = key
    action = high_action(np.concatenate(tips), keys)
    high = write(folder / "hl.zarr", np.zeros((sum(STEPS), 212)), action, [STEPS[0] - 1, sum(STEPS) - 1])

    state = np.full((STEPS[0], 404), 0.3)
    state[:, 16:52] = tips[0].reshape(-1, 36)
    state[:, 208:262] = np.arange(54) / 100 / np.pi
    state[:, 262:316] = np.arange(54) / np.pi
    state[:, 316:] = 0
    state[2:5, 316 + 40] = 1.0  # what steps 1, 2 and 3 reached
    action = np.tile(np.linspace(-3, 3, 46), (STEPS[0], 1))
    return high, write(folder / "ll.zarr", state, action, [STEPS[0] - 1])


def test_clips(files: tuple[Path, Path]) -> None:
    first, second = read_authors(*files)
    assert (len(first.goal), len(second.goal)) == STEPS
    found = {(step, FINGER_NAMES[finger]): key for (step, finger), key in np.ndenumerate(first.fingering) if key >= 0}
    assert found == HELD
    assert {(step, key) for step, key in np.argwhere(first.goal)} == {(step, key) for (step, _), key in HELD.items()}
    np.testing.assert_array_equal(first.fingertips_m, fingertips(STEPS[0], HELD, 0))
    assert not second.goal.any()
    assert second.expert is None


@pytest.mark.skipif(not DEMOS.is_dir(), reason="needs ../shared/demos")
def test_fingers_of_real_clips_are_found_whatever_their_columns(tmp_path: Path) -> None:
    clips = [load_demonstration(DEMOS, clip) for clip in (3, 186)]
    action = np.concatenate([high_action(clip.fingertips_m, clip.fingering) for clip in clips])
    ends = np.cumsum([len(clip.goal) for clip in clips])
    high = write(tmp_path / "hl.zarr", np.zeros((len(action), 212)), action, list(ends - 1))
    state = np.zeros((len(clips[1].goal), 404))
    state[:, 16:52] = clips[1].fingertips_m.reshape(-1, 36)
    low = write(tmp_path / "ll.zarr", state, np.zeros((len(state), 46)), [len(state) - 1])
    clips_found = read_authors(high, low)
    assert [clip.expert is None for clip in clips_found] == [True, False]
    for found, expected in zip(clips_found, clips, strict=True):
        np.testing.assert_array_equal(found.fingering, expected.fingering)
        assert np.sum(found.goal != expected.goal) <= np.sum(expected.goal) - np.sum(expected.fingering >= 0)


def test_expert(files: tuple[Path, Path]) -> None:
    expert = read_authors(*files)[0].expert
    assert expert is not None
    joints = dict(zip(joint_names(), expert.joint_positions[0], strict=True))
    velocities = dict(zip(joint_names(), expert.joint_velocities[0], strict=True))
    for place, name in enumerate([f"{side}_{joint}" for side in ("lh", "rh") for joint in HAND]):
        assert joints[name] == pytest.approx(place / 100, abs=1e-6)
        assert velocities[name] == pytest.approx(place, abs=1e-5)
    np.testing.assert_allclose(
        expert.targets[0], np.clip(np.linspace(-3, 3, 46), *Simulator().target_range.T), atol=1e-6
    )
    assert target_names()[0].startswith("rh_")
    # Of the five scored steps one needs no key and gets none, step 2 and 3 miss one of two keys, step 4 the only one.
    assert expert.f1 == pytest.approx((1 + 1 + 2 / 3 + 2 / 3 + 0) / 5)


def test_the_archive_reads_back(files: tuple[Path, Path], tmp_path: Path) -> None:
    songs = tmp_path / "songs.csv"
    songs.write_text("clip,song,group\n0,4,7\n1,5,8\n")
    assert main(ImportOptions(*files, out=tmp_path / "archive", songs=songs)) == 0
    train, val = (load_demonstrations(tmp_path / "archive", split) for split in ("train", "val"))
    assert len(train) == len(val) == 1
    first = load_demonstration(tmp_path / "archive", 0)
    expected = read_authors(*files)[0]
    assert first.song == 4
    np.testing.assert_array_equal(first.goal, expected.goal)
    np.testing.assert_array_equal(first.fingering, expected.fingering)
    np.testing.assert_allclose(first.fingertips_m, expected.fingertips_m, atol=1.3e-5)
    assert first.expert is not None
    assert expected.expert is not None
    np.testing.assert_allclose(first.expert.targets, expected.expert.targets, atol=6e-5)
    np.testing.assert_allclose(first.expert.joint_positions, expected.expert.joint_positions, atol=6e-5)
    np.testing.assert_allclose(first.expert.joint_velocities, expected.expert.joint_velocities, rtol=1e-3)
    np.testing.assert_allclose(first.expert.keys, expected.expert.keys, atol=0.002)
    # The file of notes has no silence at its ends.
    np.testing.assert_array_equal(read_song(tmp_path / "archive" / "midi" / "000.mid").goal[:4], first.goal[1:5])


def test_songs_are_not_cut(files: tuple[Path, Path], tmp_path: Path) -> None:
    with pytest.raises(UserError, match=r"do not say which clips are of one song: give --songs .* or --splits"):
        main(ImportOptions(*files, out=tmp_path))
    songs = tmp_path / "songs.csv"
    songs.write_text("clip,song,group\n0,4,7\n1,5,7\n")
    splits = tmp_path / "splits.json"
    splits.write_text('{"train": [0], "val": [1]}')
    assert main(ImportOptions(*files, out=tmp_path / "cut", songs=songs, splits=splits)) == 0
    with pytest.raises(UserError, match="divides songs between the splits"):
        load_demonstrations(tmp_path / "cut", "train")
    assert main(ImportOptions(*files, out=tmp_path / "whole", splits=splits)) == 0
    with (tmp_path / "whole" / "index.csv").open() as file:
        assert [row["split"] for row in csv.DictReader(file)] == ["train", "val"]


def test_other_files_are_refused(files: tuple[Path, Path], tmp_path: Path) -> None:
    high, low = files
    with pytest.raises(UserError, match=r"nowhere.* is not a zarr folder"):
        read_authors(tmp_path / "nowhere", low)
    with pytest.raises(UserError, match=r"want \(6, 212\) and \(6, 184\)"):
        read_authors(low, high)
    other = write(tmp_path / "ll.zarr", np.zeros((3, 404)), np.zeros((3, 46)), [2])
    with pytest.raises(UserError, match=r"episode 0 of .* as no clip"):
        read_authors(high, other)
