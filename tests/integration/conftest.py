"""A MIDI system, a keyboard on it, and sessions that are over when a test is."""

import os

import pytest
from benchmarks import scripted_keyboard
from live_sessions import Session
from ros_domains import free_domain

from pianomime_core.errors import UserError


@pytest.fixture(scope="module")
def midi_system():
    """The machine's own MIDI system (None), or a JACK server of ours."""
    system = scripted_keyboard.midi_system()
    try:
        server = system.__enter__()
    except UserError as error:
        pytest.skip(str(error))
    yield server
    system.__exit__(None, None, None)


@pytest.fixture(scope="module")
def live_environ(midi_system, tmp_path_factory) -> dict[str, str]:
    place = {"ROS_DOMAIN_ID": str(free_domain()), "XDG_RUNTIME_DIR": str(tmp_path_factory.mktemp("runtime"))}
    return os.environ | place


@pytest.fixture
def keyboard(midi_system):
    keyboard = scripted_keyboard.Keyboard()
    yield keyboard
    keyboard.unplug()


@pytest.fixture
def session(live_environ):
    sessions = []

    def start(*arguments: object) -> Session:
        sessions.append(Session(live_environ, *arguments))
        return sessions[-1]

    yield start
    for each in sessions:
        each.close()
