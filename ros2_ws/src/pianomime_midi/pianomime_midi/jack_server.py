"""Does the JACK server still run that our MIDI ports belong to? rtmidi does not tell: its ports are just silent.

A client of our own, without ports, hears of the end from JACK's library (`jack_on_shutdown` of JACK's C interface).
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
"""Its end is told by us, in one line."""


class JackServer:
    """The server that answers at this moment.

    Attributes:
        has_ended: True once it is gone; stays False where there is no JACK.
    """

    def __init__(self) -> None:
        self.has_ended = False
        self._ears = _ON_SHUTDOWN(self._on_shutdown)  # kept as long as the client that calls it
        library = _library()
        self._client: int | None = library.jack_client_open(_NAME, _NO_START_SERVER, None) if library else None
        if self._client:
            library.jack_on_shutdown(self._client, self._ears, None)
            library.jack_activate(self._client)

    def close(self) -> None:
        """Watch it no longer."""
        if self._client:
            _library().jack_client_close(self._client)
            self._client = None

    def _on_shutdown(self, argument: object) -> None:
        """Called by a thread of JACK's."""
        self.has_ended = True


@cache
def _library() -> Any:
    """The client library of JACK that rtmidi has loaded, its complaints silenced; None if it has loaded none."""
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
