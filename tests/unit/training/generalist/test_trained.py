from dataclasses import replace
from pathlib import Path

import pytest
import torch
from training.generalist.posture_network import PostureNetwork
from training.generalist.trained import Trained

from pianomime_core.errors import UserError

LAYOUT = [["coordinates from rest", 4], ["fingertip errors", 3]]
CONTRACT = {"observation": LAYOUT, "coordinates": ["WRJ1", "WRJ2"]}
SHAPE = {"features": 7, "coordinates": 2, "width": 5}


@pytest.fixture
def trained(tmp_path: Path) -> Trained:
    network = PostureNetwork(**SHAPE)
    return Trained.load(Trained.of(network, SHAPE, LAYOUT, 3, "music").save(tmp_path / "network.pt"))


def test_a_network_comes_back_with_where_it_comes_from(trained: Trained) -> None:
    assert trained.provenance["seed"] == 3
    assert trained.network(PostureNetwork)(torch.zeros(2, 7)).shape == (2, 4)
    trained.check(CONTRACT)


@pytest.mark.parametrize(
    ("contract", "named"),
    [
        ({**CONTRACT, "observation": [["coordinates", 4], ["fingertip errors", 3]]}, "trained on other features"),
        ({**CONTRACT, "coordinates": ["WRJ1"]}, "has 2 coordinates, the robot 1"),
    ],
)
def test_a_network_of_other_features_or_answers_is_refused(
    trained: Trained, contract: dict[str, object], named: str
) -> None:
    with pytest.raises(UserError, match=named):
        trained.check(contract)


def test_features_that_its_layout_does_not_tell_are_refused(trained: Trained) -> None:
    with pytest.raises(UserError, match="has 8 features, the robot 7"):
        replace(trained, shape={**SHAPE, "features": 8}).check(CONTRACT)


@pytest.mark.parametrize(
    "shape",
    [
        {**SHAPE, "width": 6},
        {**SHAPE, "width": 10**8, "features": 10**8},  # 40 PB, were they taken
        {**SHAPE, "width": 10**30},
        {**SHAPE, "depth": 3},
        {**SHAPE, "width": "wide"},
    ],
)
def test_a_shape_that_is_not_that_of_the_weights_is_refused(trained: Trained, shape: dict[str, int]) -> None:
    with pytest.raises(UserError, match=r"network\.pt' holds"):
        replace(trained, shape=shape).network(PostureNetwork)


@pytest.mark.parametrize(
    ("entry", "value", "named"),
    [
        ("observation", "coordinates", "its observation is no list of names and sizes"),
        ("observation", [["coordinates", "four"]], "its observation is no list"),
        ("observation", [[torch.zeros(1), 4]], "its observation is no list"),
        ("shape", {**SHAPE, "features": torch.zeros(0)}, "its shape holds more than whole numbers"),
        ("provenance", 3, "is not a dictionary"),
    ],
)
def test_a_file_with_foreign_content_is_refused(tmp_path: Path, entry: str, value: object, named: str) -> None:
    path = Trained.of(PostureNetwork(**SHAPE), SHAPE, LAYOUT, 3, "music").save(tmp_path / "network.pt")
    torch.save({**torch.load(path, weights_only=True), entry: value}, path)
    with pytest.raises(UserError, match=named):
        Trained.load(path)
