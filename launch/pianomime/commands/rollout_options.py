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

"""Arguments of the commands that turn a rollout into another file."""

import argparse
from pathlib import Path


def add_rollout(parser: argparse.ArgumentParser, what: str, out: str) -> None:
    """Add the rollout and `--out`; `what` is written to a file with a name like `out`."""
    parser.add_argument("rollout", type=Path, metavar="ROLLOUT.npz", help="written by play, evaluate or refine")
    parser.add_argument("--out", type=Path, required=True, metavar=out, help=what)
