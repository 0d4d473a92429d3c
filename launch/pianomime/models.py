"""Which trained networks a controller plays with."""

from pathlib import Path

from pianomime.songs import share_directory
from pianomime_policy.registry import TRAINED

BUNDLED = "generalist"


def model_folder(controller: str, model: Path | None = None) -> Path | None:
    """The folder that `make_controller` wants: the given one, or for a trained controller without one the bundled one.

    Raises:
        UserError: The package is installed without its shared files.
    """
    if model is None and controller in TRAINED:
        return share_directory() / "models" / BUNDLED
    return model
