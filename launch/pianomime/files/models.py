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

"""Files that controllers need: trained networks, or a demonstration."""

from pathlib import Path

from pianomime.files.shared_files import share_directory
from pianomime_core.errors import UserError
from pianomime_policy.controllers.specs import ours_that_need

BUNDLED = "generalist"


def model_folder(controller: str, model: Path | None = None) -> Path | None:
    """Return the folder for `make_controller`: the given one, or the bundled one for a trained controller.

    Raises:
        UserError: The package is installed without its shared files.
    """
    if model is None and controller in ours_that_need("model"):
        return share_directory() / "models" / BUNDLED
    return model


def demonstration_to_play(
    controller: str, demo: str | Path | None, song: str | None, model: str | Path | None
) -> Path | None:
    """Return the demonstration that controller demo plays, which is also the music; None for other controllers.

    Args:
        controller: Name of the controller.
        demo, song, model: The options as given; None or empty if not.

    Raises:
        UserError: The demonstration is missing, or combined with options that it replaces.
    """
    demonstrated = ours_that_need("demonstration")
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
