"""perceive.launch.py against the node table, without ROS's launch packages."""

from pathlib import Path

import pytest
from fake_launch import DeclareLaunchArgument, Node, described, start

from pianomime.files.songs import share_directory
from pianomime.graph.graph_options import FollowOptions, NodeOptions, PerceptionOptions, SeeOptions
from pianomime.graph.node_table import node_table, perception_table
from pianomime_core.errors import UserError

LAUNCH_FILE = share_directory() / "launch" / "perceive.launch.py"
SEEN = PerceptionOptions(source="1", image_topic="/top/image", corners="1,2 3,4 5,6 7,8")
GIVEN = {"source": "1", "image_topic": "/top/image", "corners": "1,2 3,4 5,6 7,8"}


@pytest.fixture
def description(monkeypatch):
    return described(monkeypatch, LAUNCH_FILE)


@pytest.mark.parametrize(
    ("given", "table"),
    [
        ({}, perception_table(SeeOptions())),
        (GIVEN, perception_table(SeeOptions(perception=SEEN))),
        (
            GIVEN | {"record": "out.mcap", "namespace": "left", "frame_prefix": "left/"},
            perception_table(
                SeeOptions(perception=SEEN, record=Path("out.mcap"), namespace="left", frame_prefix="left/")
            ),
        ),
        ({"follow": "true"}, node_table(FollowOptions(perception=PerceptionOptions()))),
        (
            GIVEN
            | {"follow": "true", "viewer": "browser", "viewer_port": "9000", "hand_collisions": "true"}
            | {"record": "out.mcap", "joint_prefix": "left_", "frame_prefix": "left/"},
            node_table(
                FollowOptions(
                    perception=SEEN,
                    viewer="browser",
                    viewer_port=9000,
                    hand_collisions=True,
                    record=Path("out.mcap"),
                    joint_prefix="left_",
                    frame_prefix="left/",
                )
            ),
        ),
    ],
)
def test_the_launch_file_starts_the_node_table(description, given, table):
    nodes = [action for action in start(description, **given) if isinstance(action, Node)]
    assert [(node.package, node.executable, node.name) for node in nodes] == [
        (entry.package, entry.executable, entry.name) for entry in table
    ]
    for node, entry in zip(nodes, table, strict=True):
        assert node.parameters == [*([str(entry.config)] if entry.config else []), entry.parameters]


def test_every_argument_is_described(description):
    arguments = [entity for entity in description.entities if isinstance(entity, DeclareLaunchArgument)]
    assert {argument.name for argument in arguments} == {
        *PerceptionOptions.__dataclass_fields__,
        *("follow", "viewer", "viewer_host", "viewer_port", "viewer_names", "variant", "hand_collisions", "record"),
        "joint_prefix",
        *NodeOptions.__dataclass_fields__,
    }
    assert all(argument.description for argument in arguments)


@pytest.mark.parametrize("viewer", ["browser", "window"])
def test_without_a_robot_there_is_nothing_for_its_viewers_to_show(description, viewer):
    with pytest.raises(UserError, match=rf"viewer '{viewer}' shows only the robot: add follow:=true"):
        start(description, viewer=viewer)
