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

"""Options that `play` and `live` share: the fields of `graph_options.Options` except the controller."""

import argparse
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from pianomime.commands.sound_options import recorded, sound_options
from pianomime.files.outputs import check_file, keep_apart
from pianomime.files.recording_output import check_record


@contextmanager
def common_options(
    options: argparse.Namespace, sound_by_default: bool, inputs: Sequence[Path] = ()
) -> Iterator[tuple[dict[str, Any], str]]:
    """Yield the checked fields and a notice to print once all input is accepted; at the end write the sound.

    `inputs` are input files besides those among the options.

    Raises:
        UserError: A file cannot be written, or would overwrite another, or as `sound_options`.
    """
    outputs = [(f"--{name}", getattr(options, name)) for name in ("rollout", "record", "wav", "midi")]
    keep_apart(outputs, (*inputs, options.soundfont))
    if options.rollout is not None:
        check_file(options.rollout, "--rollout", ".npz")
    if options.record is not None:
        check_record(options.record)
    sound_outputs, notice = sound_options(options, sound_by_default)
    with recorded(options) as rollout:
        fields = {
            "viewer": options.viewer,
            "viewer_host": options.viewer_host,
            "viewer_port": options.viewer_port,
            "viewer_names": tuple(options.viewer_name),
            "hand_collisions": options.hand_collisions,
            "rollout": rollout,
            "record": options.record,
            **sound_outputs,
        }
        yield fields, notice
