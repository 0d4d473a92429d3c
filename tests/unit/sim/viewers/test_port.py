import socket

import pytest

from pianomime_core.errors import UserError
from pianomime_core.web import LOCALHOST
from pianomime_description import SceneConfig
from pianomime_sim.viewers import open_viewer
from pianomime_sim.viewers.port import check_port


@pytest.fixture
def taken_port():
    with socket.create_server((LOCALHOST, 0)) as server:
        yield server.getsockname()[1]


def test_a_taken_port_is_named_and_another_one_suggested(taken_port):
    with pytest.raises(UserError, match=f"port {taken_port} .* is taken") as refusal:
        check_port(LOCALHOST, taken_port)
    suggested = int(str(refusal.value).split()[-1])
    assert suggested != taken_port
    check_port(LOCALHOST, suggested)


def test_the_browser_viewer_refuses_a_taken_port(taken_port):
    with pytest.raises(UserError, match=str(taken_port)):
        open_viewer("browser", SceneConfig(), port=taken_port)


def test_checking_leaves_the_port_free():
    with socket.create_server((LOCALHOST, 0)) as server:
        port = server.getsockname()[1]
    check_port(LOCALHOST, port)
    check_port(LOCALHOST, port)


def test_zero_means_any_free_port():
    check_port(LOCALHOST, 0)


@pytest.mark.parametrize("port", [-1, 65536, 1_000_000])
def test_an_illegal_port_is_named_with_the_legal_ones(port):
    with pytest.raises(UserError, match=f"{port}: choose one from 1024 to 65535"):
        check_port(LOCALHOST, port)


@pytest.mark.parametrize("host", ["192.0.2.1", "no such host", "x" * 300])
def test_a_host_that_is_not_this_machine_is_named(host):
    with pytest.raises(UserError, match="is not an address of this machine"):
        check_port(host, 0)


def test_an_unknown_viewer_is_named_with_the_legal_ones():
    with pytest.raises(UserError, match="'hologram': choose one of browser, window"):
        open_viewer("hologram", SceneConfig())


def test_a_window_without_a_display_is_refused(monkeypatch):
    for variable in ("DISPLAY", "WAYLAND_DISPLAY"):
        monkeypatch.delenv(variable, raising=False)
    with pytest.raises(UserError, match="no display"):
        open_viewer("window", SceneConfig())
