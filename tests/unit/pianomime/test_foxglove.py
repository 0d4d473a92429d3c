"""The layout for Foxglove shows topics and calls services that exist."""

import json

from pianomime.files.songs import share_directory
from pianomime_core import ros_topics

LAYOUT = json.loads((share_directory() / "foxglove" / "pianomime.json").read_text())
PANELS = LAYOUT["configById"]
NAMES = {f"/{name.lstrip('/')}" for key, name in vars(ros_topics).items() if key.isupper()}


def leaves(part) -> list[str]:
    return [part] if isinstance(part, str) else leaves(part["first"]) + leaves(part["second"])


def test_every_panel_has_its_place_once():
    assert sorted(leaves(LAYOUT["layout"])) == sorted(PANELS)


def test_topics_and_services_are_those_of_the_graph():
    shown = {topic for panel in PANELS.values() for topic in panel.get("topics", ())}
    shown |= {path["value"].split(".")[0] for panel in PANELS.values() for path in panel.get("paths", ())}
    shown |= {panel["topicPath"].split(".")[0] for panel in PANELS.values() if "topicPath" in panel}
    shown |= {panel["topicToRender"] for panel in PANELS.values() if "topicToRender" in panel}
    called = {panel["serviceName"] for panel in PANELS.values() if "serviceName" in panel}
    assert shown | called <= NAMES
    assert shown >= {"/markers", "/piano/score", "/hands/joint_states", "/diagnostics"}
    assert called == {f"/{name}" for name in (ros_topics.PAUSE, ros_topics.PLAY, ros_topics.STOP)}
    assert all(json.loads(panel["requestPayload"]) is not None for panel in PANELS.values() if "serviceName" in panel)
