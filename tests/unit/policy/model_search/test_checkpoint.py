"""An interrupted search is read back completely, or refused in one line."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from pianomime_core.errors import UserError
from pianomime_policy.hand_control.hands_controller import Memory
from pianomime_policy.model_search.checkpoint import read, write
from pianomime_policy.model_search.cost import NO_ONSETS
from pianomime_policy.model_search.model_rollout import Candidate
from pianomime_policy.model_search.strike_cost import HeardKeys

STEPS = 8


def candidate(before: Candidate | None = None, steps: int = 0) -> Candidate:
    """One of a small world."""
    return Candidate(
        world=np.arange(12.0),
        memory=Memory((np.ones((3, 5)), np.zeros((3, 5))), np.zeros((2, 5), np.int64), np.ones((2, 5), np.int64)),
        onsets=NO_ONSETS,
        cost=0.5,
        plan_index=1,
        before=before,
        targets=np.full((steps, 46), 0.25, np.float32),
        pressed=np.ones((steps, 88), bool),
    )


@pytest.fixture
def path(tmp_path: Path) -> Path:
    random = np.random.default_rng(1)
    write(
        tmp_path / "song.partial",
        "this song",
        STEPS,
        99,
        random,
        [candidate(candidate(steps=3), steps=5), candidate(steps=STEPS)],
    )
    return tmp_path / "song.partial"


def test_what_is_written_is_read(path: Path) -> None:
    found = read(path, candidate())
    assert (found.identity, found.step, found.spent, len(found.candidates)) == ("this song", STEPS, 99, 2)
    assert found.random == np.random.default_rng(1).bit_generator.state
    for one in found.candidates:
        assert (one.cost, one.plan_index, one.before) == (0.5, 1, None)
        np.testing.assert_array_equal(one.targets, np.full((STEPS, 46), 0.25, np.float32))
        np.testing.assert_array_equal(one.memory.reference[0], np.ones((3, 5)))


def test_what_a_search_by_ear_carries_along_is_read(tmp_path: Path) -> None:
    hand = np.arange(5), np.arange(5) > 2, np.arange(5) < 1
    heard = HeardKeys(np.arange(88) % 2 == 0, np.linspace(-1.0, 2.0, 88))
    one = replace(
        candidate(),
        memory=candidate().memory._replace(lost_keys=(hand, hand)),
        onsets=heard,
        targets=np.arange(STEPS * 5 * 46, dtype=np.float32).reshape(STEPS, 5, 46),
        pressed=np.ones((STEPS, 88), bool),
    )
    write(tmp_path / "song.partial", "this song", STEPS, 99, np.random.default_rng(1), [one])
    (found,) = read(tmp_path / "song.partial", one).candidates
    np.testing.assert_array_equal(found.targets, one.targets)
    assert len(found.memory.lost_keys) == 2
    for read_again, written in zip((*found.memory.lost_keys[1], *found.onsets), (*hand, *heard), strict=True):
        assert read_again.dtype == written.dtype
        np.testing.assert_array_equal(read_again, written)


CANDIDATES = ("world", "reference", "failed_press_steps", "key", "onsets", "cost", "plan_index", "targets", "pressed")


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"cost": lambda a: a * np.nan}, "cost has shape"),
        ({"world": lambda a: a[:, :-1]}, "world has shape"),
        ({"targets": lambda a: a[:, :, :-1]}, "targets has shape"),
        ({"targets": lambda a: a.astype(np.float64)}, "targets has shape .* float64: must be .* float32"),
        ({"pressed": lambda a: a[:, 1:]}, "pressed has shape"),
        ({"step": lambda a: a + 1}, "targets has shape"),
        ({"step": lambda a: np.array("one")}, "invalid literal"),
        ({"key": None}, "key"),
        ({"random": lambda a: np.array("{}")}, "state"),
        ({"random": lambda a: np.array("[" * 100_000)}, "recursion"),
        ({name: lambda a: a[:0] for name in CANDIDATES}, "it holds no candidate"),
    ],
)
def test_what_the_search_cannot_go_on_from_is_refused(changes: dict[str, Any], words: str, path: Path) -> None:
    with np.load(path) as archive:
        arrays = dict(archive)
    for name, change in changes.items():
        if change is None:
            del arrays[name]
        else:
            arrays[name] = change(arrays[name])
    with path.open("wb") as file:
        np.savez(file, **arrays)
    with pytest.raises(UserError, match=rf"song\.partial' cannot be read: .*{words}.*; remove it to start again"):
        read(path, candidate())


def test_the_state_of_the_random_numbers_is_plain_text(path: Path) -> None:
    with np.load(path) as archive:
        assert json.loads(str(archive["random"]))["bit_generator"] == "PCG64"
