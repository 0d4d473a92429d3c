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

"""`pianomime doctor`: checks the installation, and says what to do about problems."""

import os
import signal
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum
from pathlib import Path

from pianomime.commands.command import Command
from pianomime.terminal import progress, write_result

EXIT_PLAYS, EXIT_DOES_NOT = 0, 1
_PATIENCE_S = 300.0
"""Compilation on a busy machine takes minutes; a probe that takes longer counts as hanging."""


class State(Enum):
    """State of a part of the installation; the value is its text in the table."""

    OK = "ok"
    ABSENT = "missing, optional"
    BROKEN = "broken"


@dataclass(frozen=True)
class Check:
    """One row of the table.

    Attributes:
        what: Name of the check.
        probe: Name of its probe in `doctor_probes.PROBES`.
        advice: What to do if it is not ok.
        needed: Whether playing needs it.
        environ: Environment variables set for the probe.
    """

    what: str
    probe: str
    advice: str
    needed: bool = False
    environ: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Finding:
    """Result of a check."""

    check: Check
    state: State
    words: str


CHECKS = (
    Check("Python", "python", "rebuild the environment with Python 3.11: make clean install", needed=True),
    Check("packages", "packages", "make install (or pip install the packages named)", needed=True),
    Check("compiled planner", "kernels", "set NUMBA_CACHE_DIR to a writable folder; make install", needed=True),
    Check("ROS 2", "ros", "make install, or source the setup file of ROS 2; play --no-ros does without", needed=True),
    Check("ROS discovery", "discovery", "unset ROS_AUTOMATIC_DISCOVERY_RANGE; choose a free ROS_DOMAIN_ID"),
    Check(
        "networks",
        "models",
        "pip install onnxruntime; put networks of this version in launch/models, or give others with --model",
    ),
    Check("viewer port", "viewer_port", "play --viewer browser --viewer-port with a free port"),
    Check("screen", "screen", "play --viewer browser, or set DISPLAY for --viewer window"),
    Check("RViz", "rviz", "play --viewer browser or window, or source a ROS 2 that has RViz for --viewer rviz"),
    Check("rendering with EGL", "offscreen", "apt install libegl1 libgl1-mesa-dri", environ={"MUJOCO_GL": "egl"}),
    Check("rendering with OSMesa", "offscreen", "apt install libosmesa6", environ={"MUJOCO_GL": "osmesa"}),
    Check("sound", "audio", "play without sound; --wav writes it to a file"),
    Check("MIDI", "midi", "pip install python-rtmidi; modprobe snd-seq, or start jackd"),
    Check("perception", "perception", "make perceive, to detect a pianist's hands"),
)


def doctor(checks: Sequence[Check] = CHECKS, *, json: Path | None = None) -> int:
    """Print the table; return 0 unless something needed for playing is broken. `json` is as for `write_result`."""
    from rich.console import Console
    from rich.markup import escape
    from rich.table import Table

    table = Table(box=None, pad_edge=False)
    for column in ("check", "state", "found"):
        table.add_column(column, overflow="fold")
    findings: list[Finding] = []
    with progress() as bar:
        task = bar.add_task("", total=len(checks))
        for check in checks:
            bar.update(task, description=f"{check.what} ...", completed=len(findings))
            findings.append(finding := examine(check))
            colour = {State.OK: "green", State.ABSENT: "yellow", State.BROKEN: "red"}[finding.state]
            advice = "" if finding.state is State.OK else f"\n-> {check.advice}"
            table.add_row(check.what, f"[{colour}]{finding.state.value}[/]", escape(finding.words + advice))
    plays = all(finding.state is State.OK or not finding.check.needed for finding in findings)
    console = Console()
    console.print(table)
    console.print("ready to play" if plays else "not ready to play: fix what is broken")
    rows = [{"check": each.check.what, "state": each.state.value, "found": each.words} for each in findings]
    write_result(json, {"ready": plays, "checks": rows})
    return EXIT_PLAYS if plays else EXIT_DOES_NOT


def examine(check: Check) -> Finding:
    """Run the probe of a check in its own process."""
    from pianomime.commands.doctor_probes import EXIT_ABSENT, EXIT_FOUND

    try:
        done = subprocess.run(
            [sys.executable, "-m", "pianomime.commands.doctor_probes", check.probe],
            env={**os.environ, **check.environ},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
            errors="replace",
            timeout=_PATIENCE_S,
            check=False,
        )
    except subprocess.TimeoutExpired:
        return Finding(check, State.BROKEN, f"no answer within {_PATIENCE_S:.0f} s")
    if done.returncode < 0:
        return Finding(check, State.BROKEN, f"ended by {signal.Signals(-done.returncode).name}")
    state = {EXIT_FOUND: State.OK, EXIT_ABSENT: State.ABSENT}.get(done.returncode, State.BROKEN)
    lines = done.stdout.strip().splitlines()
    return Finding(check, state, lines[-1] if lines else f"exit code {done.returncode}")


COMMAND = Command(
    "doctor",
    help="check the installation",
    description="Try everything that playing, seeing and hearing needs on this machine, and say what to do about "
    "what does not work. Exit code 1 if something that playing needs is broken.",
    examples=("pianomime doctor", "pianomime doctor --quiet --json doctor.json"),
    add_arguments=lambda parser: None,
    run=lambda options: doctor(json=options.json),
    result="the table",
)
