"""Loss of a player on a robot that differs from the model: each disturbance alone, and all of them together.

`python -m benchmarks.robustness --demos DIR --songs DIR` plays every set eight times; `--limit 8` is enough for a quick
result. With `--rollouts DIR` rollouts are replayed instead, with feedback, or in open loop with `--open-loop`.
"""

import sys
from dataclasses import dataclass, replace
from pathlib import Path
from types import MappingProxyType
from typing import Any

import numpy as np
import tyro
from rich import box
from rich.console import Console
from rich.table import Table

from benchmarks.rollout_replay import FEEDBACK, OPEN_LOOP, replay_report, rollout_files
from benchmarks.song_sets import song_sets
from pianomime.files.outputs import check_file, write_json
from pianomime.reports.evaluation import EvaluateOptions, report
from pianomime_core.errors import UserError
from pianomime_physics.disturbance import Disturbance

_NOISE = Disturbance(target_noise_rad=0.01, target_noise_m=0.001)
_WEAK = Disturbance(actuator_gain_scale=0.95)
_LATE = Disturbance(command_delay_s=0.005)
_ALL = replace(_NOISE, actuator_gain_scale=_WEAK.actuator_gain_scale, command_delay_s=_LATE.command_delay_s)
UNDISTURBED = "none"
DISTURBANCES = MappingProxyType(
    {
        UNDISTURBED: Disturbance(),
        "action noise 0.01 rad, 1 mm": _NOISE,
        "actuator gains -5 %": _WEAK,
        "key stiffness +20 %": Disturbance(key_stiffness_scale=1.2),
        "key stiffness -20 %": Disturbance(key_stiffness_scale=0.8),
        "commands 5 ms late": _LATE,
        "all, stiff keys": replace(_ALL, key_stiffness_scale=1.2),
        "all, soft keys": replace(_ALL, key_stiffness_scale=0.8),
    }
)
COLUMNS = {"F1": "f1", "onset F1": "onset_f1"}
TOLERATED_LOSS = 0.02
"""Largest loss of either score of a live player under any disturbance."""
TOLERATED_LOSS_OF_REPLAY = 0.03
"""The same for a rollout replayed with feedback."""


@dataclass(frozen=True)
class RobustnessOptions:
    """Play sets of songs on disturbed robots; print scores and losses as Markdown.

    Attributes:
        demos: Folder with PianoMime's demonstrations as MIDI files, 000.mid and so on; without it no validation set.
        songs: Folder with the folders folk and classical; without it their rows are left out.
        rollouts: Folder of rollouts (.npz) to replay with feedback, each in its recorded scene; then
            demos, songs, controller and hand_collisions are ignored.
        open_loop: Replay rollouts without feedback.
        controller: Name of the controller.
        hand_collisions: Fingers and hands collide with each other.
        limit: Number of songs of each set, evenly spaced; by default all.
        jobs: Songs played at a time; does not influence any number.
        json: File for all scores of all rows, rewritten after each row.
    """

    demos: Path | None = None
    songs: Path | None = None
    rollouts: Path | None = None
    open_loop: bool = False
    controller: str = "streaming"
    hand_collisions: bool = False
    limit: int | None = None
    jobs: int = 2
    json: Path | None = None


def main(options: RobustnessOptions) -> int:
    """Print the table; return 1 if the loss exceeds the tolerance, else 0.

    Raises:
        UserError: A folder or clip is missing, the limit is below 1, or as `pianomime.reports.evaluation.report`.
    """
    sets = {name: spread(files, options.limit) for name, files in _sets(options).items()}
    if options.json is not None:
        check_file(options.json, "--json", ".json")
    console = Console(stderr=True)
    rows: list[dict[str, Any]] = []
    for songs, files in sets.items():
        for name, disturbance in DISTURBANCES.items():
            console.print(f"{songs}, {_player(options)}, disturbance: {name}")
            rows.append({"set": songs, "disturbance": name, **_report(options, files, disturbance, console)})
            if options.json is not None:
                write_json(options.json, rows)
    Console(width=120).print(robustness_table(rows))
    worst = max(loss for row in rows for loss in losses(row, rows).values())
    tolerated = TOLERATED_LOSS if options.rollouts is None else TOLERATED_LOSS_OF_REPLAY
    print(f"Lost at most {worst:.3f}; tolerated: <= {tolerated:.3f}")
    return 0 if worst <= tolerated else 1


def _sets(options: RobustnessOptions) -> dict[str, tuple[Path, ...]]:
    if options.rollouts is not None:
        return {options.rollouts.name: rollout_files(options.rollouts)}
    if options.open_loop:
        raise UserError("--open-loop is a way to play rollouts again: give --rollouts DIR")
    return song_sets(options.demos, options.songs)


def _player(options: RobustnessOptions) -> str:
    if options.rollouts is None:
        return options.controller
    return OPEN_LOOP if options.open_loop else FEEDBACK


def _report(
    options: RobustnessOptions, files: tuple[Path, ...], disturbance: Disturbance, console: Console
) -> dict[str, Any]:
    if options.rollouts is not None:
        return replay_report(files, _player(options), disturbance, options.jobs, console)
    return report(
        EvaluateOptions(
            files,
            options.controller,
            hand_collisions=options.hand_collisions,
            jobs=options.jobs,
            disturbance=disturbance,
        ),
        console,
    )


def spread(files: tuple[Path, ...], limit: int | None) -> tuple[Path, ...]:
    """Return at most `limit` of the files, evenly spaced from the first to the last.

    Raises:
        UserError: The limit is below 1.
    """
    if limit is None:
        return files
    if limit < 1:
        raise UserError(f"--limit is {limit}: want 1 or more")
    return tuple(files[index] for index in np.linspace(0, len(files) - 1, min(limit, len(files))).round().astype(int))


def losses(row: dict[str, Any], rows: list[dict[str, Any]]) -> dict[str, float]:
    """Column -> mean of the undisturbed robot on the same set minus the mean of `row`."""
    [nominal] = (other for other in rows if (other["set"], other["disturbance"]) == (row["set"], UNDISTURBED))
    return {column: nominal["mean"][field] - row["mean"][field] for column, field in COLUMNS.items()}


def robustness_table(rows: list[dict[str, Any]]) -> Table:
    """Means and losses of each row, in Markdown."""
    table = Table("songs", "disturbance", *COLUMNS, *(f"{column} lost" for column in COLUMNS), box=box.MARKDOWN)
    for row in rows:
        means = (f"{row['mean'][field]:.3f}" for field in COLUMNS.values())
        # Adding 0 turns -0 into 0.
        lost = (f"{round(loss, 3) + 0.0:+.3f}" for loss in losses(row, rows).values())
        table.add_row(f"{row['set']} ({len(row['songs'])})", row["disturbance"], *means, *lost)
    return table


if __name__ == "__main__":
    try:
        sys.exit(main(tyro.cli(RobustnessOptions)))
    except UserError as error:
        print(error, file=sys.stderr)
        sys.exit(2)
