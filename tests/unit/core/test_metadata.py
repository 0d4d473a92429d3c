"""Metadata of the wrong type are refused in one line; unknown entries may be anything."""

from typing import Any

import pytest

from pianomime_core.errors import UserError
from pianomime_core.metadata import require_types, scores_in

GOOD: dict[str, Any] = {
    "controller": "planner",
    "variant": "pianomime",
    "title": "Für $x$ \x1b Elise",
    "hand_collisions": False,
    "effort": 40,
    "scores": {"f1": 0.5, "onset_f1": float("nan"), "frames": 3},
    "missed_steps": [1, 2],
    "warnings": ["late"],
    "anything": [None, {"a": [[[]]]}],
}


def test_what_we_write_is_accepted() -> None:
    require_types("rollout", GOOD)
    assert scores_in("rollout", GOOD, "scores") is GOOD["scores"]


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("controller", None),
        ("controller", 3),
        ("controller", "a" * 101),
        ("controller", "\x1b[2J"),
        ("controller", "\udcff"),
        ("variant", ["pianomime"]),
        ("variant", {"a": 1}),
        ("title", 1),
        ("title", "a" * 1001),
        ("hand_collisions", 1),
        ("decided_steps", True),
        ("decided_steps", -1),
        ("effort", 1.5),
        ("effort", 10**400),
        ("scores", 0.5),
        ("scores", {"f1": None}),
        ("scores", {"f1": "0.5"}),
        ("scores", {"f1": 10**400}),
        ("missed_steps", 3),
        ("missed_steps", ["a"]),
        ("warnings", "late"),
    ],
)
def test_another_type_is_named(name: str, value: Any) -> None:
    with pytest.raises(UserError, match=rf"^rollout has bad metadata: {name} is .*, must be ") as error:
        require_types("rollout", {**GOOD, name: value})
    assert len(str(error.value)) < 200


def test_scores_that_are_not_there() -> None:
    for metadata in ({}, {"scores": {"f1": 0.5}}):
        with pytest.raises(UserError, match="rollout has no scores: want f1 and onset_f1 among them"):
            scores_in("rollout", metadata, "scores")
