"""`play --viewer rviz` with stand-ins for the two programs, which come only with a full ROS 2."""

import json
import os
import sys
from pathlib import Path
from xml.etree import ElementTree

import pytest
from performances import own_domain, play

from pianomime_core.hands import joint_names
from pianomime_core.midi_score import save_midi
from pianomime_core.notes import Note, Score
from pianomime_description.hands_urdf import hands_urdf

STAND_IN = Path(__file__).with_name("ros_stand_in.py")


def install(prefix: Path, name: str) -> Path:
    """Put a stand-in where ROS would have the program; returns the file of what it gets."""
    program, file = prefix / "lib" / name / name, prefix / f"{name}.json"
    program.parent.mkdir(parents=True)
    program.write_text(f'#!/bin/sh\nexec "{sys.executable}" "{STAND_IN}" "{file}" "$@"\n')
    program.chmod(0o755)
    return file


@pytest.mark.slow
def test_rviz_hears_what_its_configuration_shows(tmp_path):
    rviz, frames = (install(tmp_path, name) for name in ("rviz2", "robot_state_publisher"))
    notes = tuple(Note(60 + 2 * k, 0.5 * k, 0.5 * k + 0.4, 80) for k in range(6))
    save_midi(Score(notes=notes, sustain=(), title=""), tmp_path / "scale.mid")
    environ = own_domain(tmp_path) | {"AMENT_PREFIX_PATH": os.pathsep.join([sys.prefix, str(tmp_path)])}
    done = play(environ, tmp_path / "scale.mid", "--controller", "streaming", "--viewer", "rviz")
    assert done.returncode == 0, done.stdout + done.stderr
    got = json.loads(rviz.read_text())
    assert got["name"] == "rviz2"
    assert got["parameters"]["use_sim_time"] is True
    assert got["markers"] == {
        "markers": sorted(["board", "white_keys", "black_keys", "notes", "rh_hand", "lh_hand"]),
        "hands/meshes": ["lh_meshes", "rh_meshes"],
        "hands/fingertip_targets": ["lh_targets", "rh_targets"],
    }
    got = json.loads(frames.read_text())
    assert got["name"] == "robot_state_publisher"
    assert got["joints"] == list(joint_names())
    assert got["parameters"]["use_sim_time"] is True
    assert got["parameters"]["robot_description"] == hands_urdf(), "to the letter what sim_node publishes"
    robot = ElementTree.fromstring(got["parameters"]["robot_description"].encode())
    described = {joint.get("name") for joint in robot.iter("joint") if joint.get("type") != "fixed"}
    assert described == set(got["joints"])
