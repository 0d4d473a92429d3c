"""`pianomime doctor`: what of this installation works, and what to do about the rest."""

import os
import signal
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from pianomime.commands.doctor_probes import EXIT_ABSENT, EXIT_FOUND

EXIT_PLAYS, EXIT_DOES_NOT = 0, 1
_PATIENCE_S = 300.0
"""Compiling on a busy machine takes minutes; a probe that takes longer hangs."""


class State(Enum):
    """How a part of the installation is; the value is the word in the table."""

    OK = "ok"
    ABSENT = "missing, optional"
    BROKEN = "broken"


@dataclass(frozen=True)
class Check:
    """One row of the table.

    Attributes:
        what: Its name.
        probe: Name of what tries it, in `doctor_probes.PROBES`.
        advice: What to do when it is not ok.
        needed: Playing needs it.
        environ: Set for the probe, over the environment.
    """

    what: str
    probe: str
    advice: str
    needed: bool = False
    environ: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Finding:
    """What a check found, in words."""

    check: Check
    state: State
    words: str


CHECKS = (
    Check("Python", "python", "make the environment anew with Python 3.11: make clean install", needed=True),
    Check("packages", "packages", "make install (or pip install what is named)", needed=True),
    Check("compiled planner", "kernels", "a writable folder in NUMBA_CACHE_DIR; make install", needed=True),
    Check("ROS 2", "ros", "make install, or source the setup file of ROS 2; play --no-ros does without", needed=True),
    Check("ROS discovery", "discovery", "unset ROS_AUTOMATIC_DISCOVERY_RANGE, a free ROS_DOMAIN_ID"),
    Check(
        "networks",
        "models",
        "pip install onnxruntime; networks of this version in launch/models, or play with others: --model",
    ),
    Check("viewer port", "viewer_port", "play --viewer browser --viewer-port with the number of a free one"),
    Check("screen", "screen", "play --viewer browser; for --viewer window set DISPLAY"),
    Check("RViz", "rviz", "play --viewer browser or window; for --viewer rviz source a ROS 2 that has it"),
    Check("pictures by EGL", "offscreen", "apt install libegl1 libgl1-mesa-dri", environ={"MUJOCO_GL": "egl"}),
    Check("pictures by OSMesa", "offscreen", "apt install libosmesa6", environ={"MUJOCO_GL": "osmesa"}),
    Check("sound", "audio", "play without; --wav writes the sound to a file"),
    Check("MIDI", "midi", "pip install python-rtmidi; modprobe snd-seq, or start jackd"),
    Check("perception", "perception", "make perceive, to see a pianist's hands"),
)


def doctor(checks: Sequence[Check] = CHECKS) -> int:
    """Print the table; return 0 unless something that playing needs is broken."""
    console = Console()
    table = Table(box=None, pad_edge=False)
    for column in ("check", "state", "found"):
        table.add_column(column, overflow="fold")
    plays = True
    with console.status("", spinner="line") as status:
        for check in checks:
            status.update(f"{check.what} ...")
            finding = examine(check)
            plays &= finding.state is State.OK or not check.needed
            colour = {State.OK: "green", State.ABSENT: "yellow", State.BROKEN: "red"}[finding.state]
            advice = "" if finding.state is State.OK else f"\n-> {check.advice}"
            table.add_row(check.what, f"[{colour}]{finding.state.value}[/]", escape(finding.words + advice))
    console.print(table)
    console.print("ready to play" if plays else "not ready to play: mend what is broken")
    return EXIT_PLAYS if plays else EXIT_DOES_NOT


def examine(check: Check) -> Finding:
    """Run the probe of a check in a process of its own."""
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
