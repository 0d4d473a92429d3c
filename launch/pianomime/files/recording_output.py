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

"""The recording that a command is to write: apart from `outputs`, since launch files have no rosbags."""

from pathlib import Path

from pianomime.files.outputs import check_writable
from pianomime_core.extras import needs_extra


def check_record(path: Path) -> None:
    """Raise a UserError unless all topics can be recorded to `path`."""
    with needs_extra("--record", "record"):
        from pianomime_sim.recording import check_recording
    check_recording(path)
    check_writable(path.parent, f"--record {str(path)!r}")
