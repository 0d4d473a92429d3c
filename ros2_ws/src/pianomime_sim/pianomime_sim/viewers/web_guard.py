# Copyright 2026 PianoMime contributors
#
# Licensed under the Apache License, Version 2.0 (the "License");
# you may not use this file except in compliance with the License.
# You may obtain a copy of the License at
#
#     http://www.apache.org/licenses/LICENSE-2.0
#
# Unless required by applicable law or agreed to in writing, software
# distributed under the License is distributed on an "AS IS" BASIS,
# WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
# See the License for the specific language governing permissions and
# limitations under the License.

"""Restricts the browser viewer's server to its own page, and to the messages that its panel needs.

A browser lets any page send requests to every address its user can reach, including this machine. Two headers that no
script can change identify our page: `Origin`, where the requesting page comes from, and `Host`, the name used for the
request. A foreign page has another origin; one whose name was made to point here (DNS rebinding) has its own name as
host.
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
"""Addresses that mean all addresses of this machine."""
LONGEST_MESSAGE_BYTES = 2**16
"""A page sends its camera and the value of a button or slider."""
ACCEPTED_MESSAGES = (_messages.ViewerCameraMessage, _messages.GuiUpdateMessage)
"""The messages that the panel needs. Ignored are, among others, requests for a public tunnel, and file uploads, which
viser accepts for any element of the panel."""

_AUTHORITY = re.compile(r"(?:\[(?P<v6>[0-9a-f:.]+)\]|(?P<name>[^\s:/@\[\]]+))(?::\d+)?", re.ASCII)
_ADDRESS = re.compile(r"[0-9.]+|[0-9a-f:.]*:[0-9a-f:.]*", re.ASCII)


class WebGuard:
    """Decides whether a request may be answered.

    Args:
        host: Address or name that the server is bound to.
        names: Additional names under which users reach it, such as that of a proxy.
    """

    def __init__(self, host: str, names: Sequence[str] = ()) -> None:
        self._given = {_plain(name) for name in names}
        self._names = {*LOCAL_NAMES, _plain(host), *self._given}
        self._any_address = host in ANY_ADDRESS
        if self._any_address:
            self._names.add(_plain(socket.gethostname()))

    def refusal(self, hosts: Sequence[str], origins: Sequence[str]) -> str:
        """Return why a request is refused, or an empty text, given all values of its headers Host and Origin."""
        host = hosts[0].lower() if len(hosts) == 1 else ""
        if not self._is_ours(_name(host)):
            return f"Not served under the name {', '.join(hosts) or 'that is missing'}. See --viewer-name."
        if not origins:
            return ""  # the address was typed in, or the client is not a browser
        scheme, _, origin = origins[0].lower().partition("://")
        if len(origins) == 1 and scheme in ("http", "https") and (origin == host or _name(origin) in self._given):
            return ""
        return f"Not for pages from {', '.join(origins)}."

    def _is_ours(self, name: str) -> bool:
        # A numeric address cannot be made to point elsewhere.
        return name in self._names or (self._any_address and _ADDRESS.fullmatch(name) is not None)


@contextmanager
def guarded(guard: WebGuard) -> Iterator[None]:
    """Make servers that viser starts within this context check requests with a guard.

    viser has no option for this, so the function that creates its server is replaced temporarily.

    Raises:
        RuntimeError: viser created its server in some other way, so that it is not guarded.
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
                # In a frame of a foreign page our page has our origin, but the foreign page can redirect clicks.
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
    # Each client also has its own panel and scene, which we do not use.
    sockets.on_client_connect(accept_only)


def _name(authority: str) -> str:
    """Return the name in "name:port", without brackets; empty if invalid."""
    match = _AUTHORITY.fullmatch(authority)
    return _plain(match["v6"] or match["name"]) if match else ""


def _plain(name: str) -> str:
    return name.strip("[]").lower().rstrip(".")
