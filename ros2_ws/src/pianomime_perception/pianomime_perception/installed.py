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

"""Checks that OpenCV and MediaPipe are installed: 0.2 GB that playing does not need."""

from importlib.util import find_spec

from pianomime_core.errors import UserError
from pianomime_core.extras import missing_extra


def check_installed() -> None:
    """Raise UserError if OpenCV or MediaPipe is not installed."""
    missing = [name for name in ("cv2", "mediapipe") if find_spec(name) is None]
    if missing:
        raise UserError(missing_extra("seeing hands", " and ".join(missing), "perceive"))
