"""A MIDI system, a keyboard on it, and sessions that are over when a test is."""

import os
from collections.abc import Iterator

import pytest
from benchmarks import scripted_keyboard
from live_sessions import Session
from node_stacks import abort_nodes
from ros_domains import free_domain

from pianomime_core.errors import UserError


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo[None]) -> Iterator[None]:
    """After a failure, let the nodes that still run say where they are; `Performance` and `Session` show it."""
    report = yield
    if report.when == "call" and report.failed:
        abort_nodes()
    return report


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
