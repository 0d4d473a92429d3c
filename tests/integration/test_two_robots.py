"""Two robots in two namespaces of one ROS domain."""

import json
from contextlib import closing, contextmanager

import pytest
from outsider import Outsider
from performances import own_domain
from robots import Robot, scale, score_alone

SIDES = ("left", "right")


@pytest.fixture
def environ(tmp_path) -> dict[str, str]:
    return own_domain(tmp_path)


@contextmanager
def outsider(environ):
    with closing(Outsider("looker", int(environ["ROS_DOMAIN_ID"]))) as looker:
        yield looker


def test_each_plays_its_own_song_as_if_it_were_alone(environ, tmp_path):
    songs = {
        "left": scale(tmp_path, "low", lowest=40, notes=16),
        "right": scale(tmp_path, "high", lowest=64, notes=24),
    }
    scores = {side: tmp_path / f"{side}.json" for side in SIDES}
    robots = {side: Robot(environ, f"/{side}", songs[side], score=scores[side]) for side in SIDES}
    try:
        with outsider(environ) as looker:
            looker.until(lambda: {name for name, _ in looker.node.get_topic_names_and_types()} >= topics_of(SIDES))
            names = {name for name, _ in looker.node.get_topic_names_and_types()}
        assert [robot.wait() for robot in robots.values()] == [0, 0]
    finally:
        for robot in robots.values():
            robot.close()
    shared = {name for name in names if not name.startswith(tuple(f"/{side}/" for side in SIDES))}
    assert shared == {"/diagnostics", "/rosout", "/parameter_events"}
    for side in SIDES:
        played, alone = json.loads(scores[side].read_text()), score_alone(songs[side])
        assert (played["f1"], played["onset_f1"]) == (alone["f1"], alone["onset_f1"])
        assert played["f1"] > 0.9, "the scores of two idle robots would be alike, too"


def topics_of(sides) -> set[str]:
    return {
        f"/{side}/{name}"
        for side in sides
        for name in (
            "hands/joint_states",
            "hands/command",
            "hands/start",
            "piano/goal",
            "piano/score",
            "clock",
            "markers",
        )
    }
