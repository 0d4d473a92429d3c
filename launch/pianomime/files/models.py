"""What a controller plays from: trained networks, or a demonstration."""

from pathlib import Path

from pianomime.files.shared_files import share_directory
from pianomime_core.errors import UserError
from pianomime_policy.controllers.specs import controller_names

BUNDLED = "generalist"


def model_folder(controller: str, model: Path | None = None) -> Path | None:
    """The folder that `make_controller` wants: the given one, or for a trained controller without one the bundled one.

    Raises:
        UserError: The package is installed without its shared files.
    """
    if model is None and controller in controller_names("model"):
        return share_directory() / "models" / BUNDLED
    return model


def demonstration_to_play(
    controller: str, demo: str | Path | None, song: str | None, model: str | Path | None
) -> Path | None:
    """The file that is both the music and what controller demo plays from; None for every other controller.

    Args:
        controller: Its name.
        demo, song, model: What was asked for; None or empty for nothing.

    Raises:
        UserError: The demonstration is missing, or given beside what it takes the place of.
    """
    demonstrated = controller_names("demonstration")
    if controller not in demonstrated:
        if demo:
            raise UserError(
                f"controller {controller!r} plays no demonstration, but {str(demo)!r} is given: use controller "
                f"{', '.join(demonstrated)}, or give the file as song"
            )
        return None
    if not demo:
        raise UserError(f"controller {controller!r} needs a demonstration: --demo FILE.npz (demo:= of a launch file)")
    for what, given in (("song", song), ("model", model)):
        if given:
            raise UserError(
                f"controller {controller!r} plays demonstration {str(demo)!r} alone, but {what} {str(given)!r} is given"
            )
    return Path(demo)
