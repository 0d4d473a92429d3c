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

"""`pianomime plot`: a rollout as an image."""

import argparse
from functools import partial

from pianomime.commands.command import Command
from pianomime.commands.rollout_options import add_rollout


def _run(options: argparse.Namespace) -> int:
    from pianomime.reports.plot import plot

    return plot(options.rollout, options.out)


COMMAND = Command(
    "plot",
    help="draw a rollout",
    description="Plot the keys pressed correctly, missed and pressed wrongly, and the paths of the fingertips.",
    examples=("pianomime play --no-ros --rollout song.npz", "pianomime plot song.npz --out song.png"),
    add_arguments=partial(add_rollout, what="the plot", out="FILE.png"),
    run=_run,
)
