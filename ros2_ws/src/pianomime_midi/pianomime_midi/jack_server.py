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

"""Detects the end of the JACK server behind our MIDI ports. rtmidi does not report it: its ports just fall silent.

A separate client without ports is notified by JACK's library (`jack_on_shutdown` of the C API).
"""

import ctypes
import re
from functools import cache
from pathlib import Path
from typing import Any

_NO_START_SERVER = 0x01
_NAME = b"pianomime-watch"
_ON_SHUTDOWN: Any = ctypes.CFUNCTYPE(None, ctypes.c_void_p)
_ON_ERROR: Any = ctypes.CFUNCTYPE(None, ctypes.c_char_p)
_SILENCE = _ON_ERROR(lambda line: None)
"""We report the server's end ourselves, in one line."""


class JackServer:
    """Watches the JACK server that is running now.

    Attributes:
        has_ended: True once the server is gone; stays False without JACK.
    """

    def __init__(self) -> None:
        self.has_ended = False
        self._callback = _ON_SHUTDOWN(self._on_shutdown)  # must live as long as the client that calls it
        library = _library()
        self._client: int | None = library.jack_client_open(_NAME, _NO_START_SERVER, None) if library else None
        if self._client:
            library.jack_on_shutdown(self._client, self._callback, None)
            library.jack_activate(self._client)

    def close(self) -> None:
        """Stop watching."""
        if self._client:
            _library().jack_client_close(self._client)
            self._client = None

    def _on_shutdown(self, argument: object) -> None:
        """Called by a thread of JACK."""
        self.has_ended = True


@cache
def _library() -> Any:
    """Return JACK's client library as loaded by rtmidi, with its error output silenced; None if none is loaded."""
    maps = Path("/proc/self/maps").read_text(encoding="utf-8", errors="surrogateescape")
    path = re.search(r"/\S*/libjack\S*\.so\S*", maps)
    if path is None:
        return None
    library = ctypes.CDLL(path[0])
    library.jack_client_open.restype = ctypes.c_void_p
    library.jack_client_open.argtypes = [ctypes.c_char_p, ctypes.c_int, ctypes.c_void_p]
    library.jack_on_shutdown.argtypes = [ctypes.c_void_p, _ON_SHUTDOWN, ctypes.c_void_p]
    library.jack_activate.argtypes = [ctypes.c_void_p]
    library.jack_client_close.argtypes = [ctypes.c_void_p]
    library.jack_set_error_function.argtypes = [_ON_ERROR]
    library.jack_set_error_function(_SILENCE)
    return library
