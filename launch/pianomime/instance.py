"""One graph for each ROS domain: two robots on the same topics would both play wrong notes."""

import fcntl
import os
import tempfile
from pathlib import Path

from pianomime_core.errors import UserError
from pianomime_core.ros_environment import HIGHEST_DOMAIN


class InstanceLock:
    """Held from construction until `close` or the end of the process, however it ends: the kernel lets go of the lock,
    so that it can not go stale."""

    def __init__(self, domain: int) -> None:
        """Take the lock of a DDS domain.

        Raises:
            UserError: Another graph of this user runs in that domain.
        """
        self._file = os.open(_path(domain), os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            holder = os.read(self._file, 32).decode() or "unknown"
            os.close(self._file)
            raise UserError(
                f"a second instance: pianomime already plays in ROS domain {domain} (process {holder}); "
                f"stop it, or set ROS_DOMAIN_ID to another number from 0 to {HIGHEST_DOMAIN}"
            ) from None
        os.ftruncate(self._file, 0)
        os.pwrite(self._file, str(os.getpid()).encode(), 0)

    def close(self) -> None:
        """Let go; the file stays, since removing it would race with the next instance."""
        os.close(self._file)


def _path(domain: int) -> Path:
    folder = Path(os.environ.get("XDG_RUNTIME_DIR", ""))
    if not (folder.is_absolute() and os.access(folder, os.W_OK)):
        # After `su`, for example, the variable names a folder that is another user's or gone.
        folder = Path(tempfile.gettempdir())
    return folder / f"pianomime-{os.getuid()}-domain-{domain}.lock"
