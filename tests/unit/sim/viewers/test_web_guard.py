"""The browser viewer's server and foreign pages: real HTTP and websocket clients."""

import http.client
import time
from typing import Any

import msgspec
import pytest
import viser
import zstandard
from playback_commands import PlaybackCommands
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.sync.client import connect
from websockets.typing import Subprotocol

from pianomime_description import SceneConfig
from pianomime_sim.viewers import open_viewer
from pianomime_sim.viewers.base import PlaybackStatus
from pianomime_sim.viewers.web_guard import LONGEST_MESSAGE_BYTES, WebGuard

DIALECT = Subprotocol(f"viser-v{viser.__version__}")
PATIENCE_S = 20.0


@pytest.mark.parametrize(
    ("hosts", "origins"),
    [
        (["127.0.0.1:8080"], []),
        (["localhost:8080"], ["http://localhost:8080"]),
        (["LOCALHOST:9000"], ["http://localhost:9000"]),  # ssh -L 9000:127.0.0.1:8080
        (["[::1]:8080"], ["http://[::1]:8080"]),
        (["robot.example.org"], ["https://robot.example.org"]),  # a proxy with a certificate
        (["127.0.0.1:8080"], ["https://robot.example.org"]),  # one that asks under the address
    ],
)
def test_own_pages_are_served(hosts, origins):
    assert WebGuard("127.0.0.1", ["robot.example.org"]).refusal(hosts, origins) == ""


@pytest.mark.parametrize(
    ("hosts", "origins"),
    [
        (["127.0.0.1:8080"], ["http://evil.example"]),
        (["127.0.0.1:8080"], ["null"]),
        (["127.0.0.1:8080"], ["http://localhost:8080"]),  # another program of this machine may serve that
        (["127.0.0.1:8080"], ["http://127.0.0.1:3000"]),
        (["127.0.0.1:8080"], ["http://127.0.0.1:8080.evil.example"]),
        (["127.0.0.1:8080"], ["http://127.0.0.1:8080", "http://evil.example"]),
        (["evil.example:8080"], ["http://evil.example:8080"]),  # DNS rebinding
        (["evil.example:8080"], []),
        (["localhost@evil.example"], []),
        (["localhost.evil.example"], []),
        (["192.168.1.5:8080"], []),
        ([], []),
        (["127.0.0.1", "evil.example"], []),
    ],
)
def test_all_others_are_not(hosts, origins):
    assert WebGuard("127.0.0.1").refusal(hosts, origins)


@pytest.mark.parametrize("any_address", ["0.0.0.0", "::"])
def test_on_every_address_any_address_is_served_but_no_strange_name(any_address):
    guard = WebGuard(any_address)
    assert guard.refusal(["192.168.1.5:8080"], ["http://192.168.1.5:8080"]) == ""
    assert guard.refusal(["[fe80::1]:8080"], []) == ""
    assert guard.refusal(["evil.example:8080"], [])
    assert guard.refusal(["192.168.1.5:8080"], ["http://evil.example"])


@pytest.fixture(scope="module")
def viewer():
    opened = open_viewer("browser", SceneConfig(), port=0)
    opened.show_playback_status(PlaybackStatus(paused=False, speed=1.0))
    yield opened
    opened.close()


@pytest.fixture
def hand(viewer):
    hand = PlaybackCommands()
    viewer.connect(hand)
    return hand


def port_of(viewer) -> int:
    return int(viewer.url.rsplit(":", 1)[1])


def get(viewer, **headers: str) -> http.client.HTTPResponse:
    connection = http.client.HTTPConnection("127.0.0.1", port_of(viewer), timeout=PATIENCE_S)
    connection.putrequest("GET", "/", skip_host="Host" in headers)
    for name, value in headers.items():
        connection.putheader(name, value)
    connection.endheaders()
    return connection.getresponse()


def page(viewer, **options):
    return connect(
        viewer.url.replace("http://", "ws://"), subprotocols=[DIALECT], max_size=None, compression=None, **options
    )


def packed(kind: str, **fields: object) -> bytes:
    """A message as viser's page sends it."""
    return msgspec.msgpack.encode({"type": kind, **fields})


def read(browser) -> list[dict[str, Any]]:
    """The next messages to a page, in viser's format: two sizes of 8 bytes, compressed msgpack, raw arrays."""
    frame = browser.recv(timeout=PATIENCE_S)
    size = int.from_bytes(frame[8:16], "little")
    return msgspec.msgpack.decode(zstandard.decompress(frame[16 : 16 + size]))["messages"]


def camera() -> bytes:
    look = {"position": (0.0, 0.0, 1.0), "look_at": (0.0, 0.0, 0.0), "up_direction": (0.0, 0.0, 1.0)}
    size = {"image_height": 100, "image_width": 100, "near": 0.1, "far": 10.0, "fov": 1.0}
    return packed("ViewerCameraMessage", wxyz=(1.0, 0.0, 0.0, 0.0), **look, **size)


def wait_for(condition) -> None:
    deadline_s = time.monotonic() + PATIENCE_S
    while not condition():
        assert time.monotonic() < deadline_s
        time.sleep(0.02)


def test_the_page_itself_is_served_and_not_in_a_frame_of_another(viewer):
    answer = get(viewer)
    assert answer.status == 200
    assert b"<html" in answer.read().lower()
    assert answer.getheader("Content-Security-Policy") == "frame-ancestors 'none'"


def test_a_foreign_page_and_a_foreign_name_are_refused(viewer):
    assert get(viewer, Origin="http://evil.example").status == 403
    assert get(viewer, Host=f"evil.example:{port_of(viewer)}").status == 403


def test_a_foreign_page_gets_no_websocket(viewer):
    for headers in ({"origin": "http://evil.example"}, {"additional_headers": {"Origin": "null"}}):
        with pytest.raises(InvalidStatus) as refusal, page(viewer, **headers):
            pass
        assert refusal.value.response.status_code == 403


def pause_button(browser) -> str:
    """Id of the button that the page is told to show as "Pause"."""
    while True:
        for message in read(browser):
            if message["type"] == "GuiButtonMessage" and message["props"]["label"] == "Pause":
                return message["uuid"]


def test_our_own_page_may_pause(viewer, hand):
    with page(viewer, origin=viewer.url) as browser:
        browser.send(camera())
        browser.send(packed("GuiUpdateMessage", uuid=pause_button(browser), updates={"value": True}))
        wait_for(lambda: hand.asked == [("pause", True)])


def test_no_tunnel_no_files_and_nothing_but_values(viewer, hand, monkeypatch):
    tunnels, answers = [], []
    monkeypatch.setattr(viser.ViserServer, "request_share_url", lambda *_: tunnels.append("tunnel"))
    with page(viewer, origin=viewer.url) as browser:
        browser.send(camera())
        button = pause_button(browser)
        transfer = {"source_component_uuid": button, "transfer_uuid": "transfer"}
        file = {"filename": "name", "mime_type": "text/plain", "part_count": 9, "size_bytes": 10**9}
        browser.send(packed("ShareUrlRequest"))
        browser.send(packed("FileTransferStartUpload", **transfer, **file))
        browser.send(packed("FileTransferPart", **transfer, part_index=0, content=b"x" * 1000))
        browser.send(packed("GuiUpdateMessage", uuid=button, updates={"update_cb": []}))
        # Messages of one page are handled in turn: when this is heard, the others have been.
        browser.send(packed("GuiUpdateMessage", uuid=button, updates={"value": True}))
        wait_for(lambda: hand.asked == [("pause", True)])
        # What is told to the page comes in turn, too: the answer to a part of a file would come before this.
        viewer.show_playback_status(PlaybackStatus(paused=True, speed=1.0))
        while not any(answer.get("updates", {}).get("label") == "Resume" for answer in answers):
            answers.extend(read(browser))
        viewer.show_playback_status(PlaybackStatus(paused=False, speed=1.0))
    assert not tunnels
    assert "FileTransferPartAck" not in {answer["type"] for answer in answers}


def hear_on(browser) -> None:
    while True:
        browser.recv(timeout=PATIENCE_S)


def test_a_huge_message_ends_the_connection(viewer):
    with page(viewer, origin=viewer.url) as browser:
        browser.send(b"x" * (LONGEST_MESSAGE_BYTES + 1))
        with pytest.raises(ConnectionClosed):
            hear_on(browser)
