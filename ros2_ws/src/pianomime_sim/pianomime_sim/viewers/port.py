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

"""Checks whether the browser viewer can listen on a port, before anything is started."""

import errno
import socket

from pianomime_core.errors import UserError


def check_port(host: str, port: int) -> None:
    """Raise an error for an address that the browser viewer cannot listen on.

    Args:
        host: Name or address of this machine.
        port: TCP port, or 0 for any free one.

    Raises:
        UserError: The port is illegal, taken or not permitted, or the host is not this machine.
    """
    if not 0 <= port <= 65535:
        raise UserError(f"illegal viewer port {port}: choose one from 1024 to 65535, or 0 for any free one")
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        with socket.socket(family, kind, protocol) as probe:
            # As the server does, so that lingering connections of an earlier server do not matter.
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(address)
            probe.listen()
    except (socket.gaierror, UnicodeError):
        raise _wrong_host(host) from None
    except OSError as error:
        if error.errno == errno.EADDRNOTAVAIL:
            raise _wrong_host(host) from None
        if error.errno in (errno.EACCES, errno.EPERM):
            raise UserError(f"viewer port {port} is not permitted: choose one from 1024 to 65535") from None
        raise port_is_taken(host, port) from None


def port_is_taken(host: str, port: int) -> UserError:
    """Return the error for a port that another program uses; it suggests one that is free now."""
    return UserError(
        f"viewer port {port} of {host} is taken by another program: choose another, such as {free_port(host)}"
    )


def free_port(host: str) -> int:
    """Return a TCP port that is currently free."""
    with socket.create_server((host, 0)) as probe:
        port: int = probe.getsockname()[1]
    return port


def _wrong_host(host: str) -> UserError:
    return UserError(
        f"viewer host {host!r} is not an address of this machine: choose 127.0.0.1, or 0.0.0.0 for all of them"
    )
