"""Who may talk to the browser viewer's server, and what it listens to: its own page alone, and what the panel says.

A browser sends whatever any page asks for to every address its user can reach, this machine included. What tells our
page from another are two headers that no script can change: `Origin`, where the asking page is from, and `Host`, by
which name we were asked. A page elsewhere has another origin; one whose name was made to point here (DNS rebinding)
has its own name as host.
"""

import re
import socket
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from http import HTTPStatus
from typing import Any

import viser
import websockets.asyncio.server
from viser import _messages
from websockets.asyncio.server import ServerConnection
from websockets.http11 import Request, Response

LOCAL_NAMES = ("localhost", "127.0.0.1", "::1")
ANY_ADDRESS = ("0.0.0.0", "::")
"""What a server is bound to that listens on every address of this machine."""
LONGEST_MESSAGE_BYTES = 2**16
"""A page sends its camera and the value of a button or slider."""
ACCEPTED_MESSAGES = (_messages.ViewerCameraMessage, _messages.GuiUpdateMessage)
"""What the panel needs. Not heard, among others: requests for a public tunnel, and files, which viser takes for any
element of the panel."""

_AUTHORITY = re.compile(r"(?:\[(?P<v6>[0-9a-f:.]+)\]|(?P<name>[^\s:/@\[\]]+))(?::\d+)?", re.ASCII)
_ADDRESS = re.compile(r"[0-9.]+|[0-9a-f:.]*:[0-9a-f:.]*", re.ASCII)


class WebGuard:
    """Knows the names of this server.

    Args:
        host: Address or name that it is bound to.
        names: Further names under which its users reach it, such as that of a proxy before it.
    """

    def __init__(self, host: str, names: Sequence[str] = ()) -> None:
        self._given = {_plain(name) for name in names}
        self._names = {*LOCAL_NAMES, _plain(host), *self._given}
        self._any_address = host in ANY_ADDRESS
        if self._any_address:
            self._names.add(_plain(socket.gethostname()))

    def refusal(self, hosts: Sequence[str], origins: Sequence[str]) -> str:
        """Return why a request is not answered, or an empty text; all values of its headers Host and Origin."""
        host = hosts[0].lower() if len(hosts) == 1 else ""
        if not self._is_ours(_name(host)):
            return f"Not served under the name {', '.join(hosts) or 'that is missing'}. See --viewer-name."
        if not origins:
            return ""  # a person who types the address, or a program that is no browser
        scheme, _, origin = origins[0].lower().partition("://")
        if len(origins) == 1 and scheme in ("http", "https") and (origin == host or _name(origin) in self._given):
            return ""
        return f"Not for pages from {', '.join(origins)}."

    def _is_ours(self, name: str) -> bool:
        # An address cannot be made to point elsewhere.
        return name in self._names or (self._any_address and _ADDRESS.fullmatch(name) is not None)


@contextmanager
def guarded(guard: WebGuard) -> Iterator[None]:
    """Within it viser starts its server behind a guard.

    viser hands nothing through to the server that it makes; so, for this moment, who makes servers is ours.

    Raises:
        RuntimeError: viser made its server in some other way: nobody guards it.
    """
    make = websockets.asyncio.server.serve
    made = []

    def serve(*args: Any, process_request: Callable[..., Response | None], **options: Any) -> Any:
        def answer(connection: ServerConnection, request: Request) -> Response | None:
            why = guard.refusal(request.headers.get_all("Host"), request.headers.get_all("Origin"))
            response = (
                connection.respond(HTTPStatus.FORBIDDEN, f"{why}\n") if why else process_request(connection, request)
            )
            if response is not None:
                # A page in a frame of another page has our origin, but the other page leads the hand that clicks.
                response.headers["Content-Security-Policy"] = "frame-ancestors 'none'"
            return response

        made.append(make(*args, process_request=answer, **{**options, "max_size": LONGEST_MESSAGE_BYTES}))
        return made[-1]

    websockets.asyncio.server.serve = serve  # type: ignore[assignment,misc]
    try:
        yield
    finally:
        websockets.asyncio.server.serve = make  # type: ignore[misc]
    if not made:
        raise RuntimeError("viser's server cannot be guarded: it is not made by websockets.asyncio.server.serve")


def accept_panel_messages_only(server: viser.ViserServer) -> None:
    """Let a server take `ACCEPTED_MESSAGES` alone, and of an update of a button or slider its value alone."""
    sockets = server._websock_server
    (on_update,) = sockets._incoming_handlers[_messages.GuiUpdateMessage]

    async def on_value(page: Any, message: _messages.GuiUpdateMessage) -> None:
        if message.updates.keys() <= {"value"}:
            await on_update(page, message)

    def accept_only(socket_: Any) -> None:
        for kind in [*socket_._incoming_handlers]:
            if kind not in ACCEPTED_MESSAGES:
                socket_.unregister_handler(kind)

    accept_only(sockets)
    sockets._incoming_handlers[_messages.GuiUpdateMessage] = [on_value]
    # Each page has a panel and a scene of its own, which we leave empty.
    sockets.on_client_connect(accept_only)


def _name(authority: str) -> str:
    """The name in "name:port", without brackets; empty if it is none."""
    match = _AUTHORITY.fullmatch(authority)
    return _plain(match["v6"] or match["name"]) if match else ""


def _plain(name: str) -> str:
    return name.strip("[]").lower().rstrip(".")
