"""What `play` and `live` read alike from the command line: the fields of `graph_options.Options`, but for who plays."""

import argparse
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from pianomime.outputs import check_file, keep_apart
from pianomime.recording_output import check_record
from pianomime.sound_options import recorded, sound_options


@contextmanager
def common_options(
    options: argparse.Namespace, heard_by_default: bool, inputs: Sequence[Path] = ()
) -> Iterator[tuple[dict[str, Any], str]]:
    """Give the fields, checked, and a line to be told once nothing is left to be refused; at the end write the sound.

    `inputs` are files that are played from, beside those among the options.

    Raises:
        UserError: A file that cannot be written, or only over another, or as `sound_options`.
    """
    outputs = [(f"--{name}", getattr(options, name)) for name in ("rollout", "record", "wav", "midi")]
    keep_apart(outputs, (*inputs, options.soundfont))
    if options.rollout is not None:
        check_file(options.rollout, "--rollout", ".npz")
    if options.record is not None:
        check_record(options.record)
    heard_on, notice = sound_options(options, heard_by_default)
    with recorded(options) as rollout:
        fields = {
            "viewer": options.viewer,
            "viewer_host": options.viewer_host,
            "viewer_port": options.viewer_port,
            "viewer_names": tuple(options.viewer_name),
            "hand_collisions": options.hand_collisions,
            "rollout": rollout,
            "record": options.record,
            **heard_on,
        }
        yield fields, notice
