"""Refined rollouts of the training clips, small enough to commit: `python -m training.refined_rollouts COMMAND`.

clips lists the MIDI files to refine, pack makes the small files, unpack converts them back to rollouts, verify replays
them.
"""

import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Annotated, Any

import numpy as np
import tyro
from rich.console import Console
from rich.progress import track
from rich.table import Table

from pianomime.episodes.replay import recorded_scene, replayed_keys
from pianomime.files.outputs import make_folder
from pianomime_core.errors import UserError, unknown_value
from pianomime_core.metadata import scores_in
from pianomime_core.metrics import score
from pianomime_core.rollout import Rollout
from pianomime_physics.simulator import Simulator
from training.demo_clips import clip_midi, clip_roll, train_clips
from training.packed_clip import PackedClip
from training.packed_folder import Format, ensure_format, packed_clips, read_format

DATA = Path(__file__).with_name("data") / "refined"


@dataclass(frozen=True)
class Clips:
    """Print the MIDI files of the training clips, for the command line of `pianomime refine`.

    Attributes:
        demos: Folder of the demonstrations.
    """

    demos: Path

    def run(self) -> int:
        """Print them and return the exit code."""
        print("\n".join(str(clip_midi(self.demos, clip)) for clip in train_clips(self.demos)))
        return 0


@dataclass(frozen=True)
class Pack:
    """Pack finished rollouts NNN.npz of training clips; if a clip is already packed, keep the better one.

    Attributes:
        rollouts: Folder that `pianomime refine` wrote.
        demos: Folder of the demonstrations.
        out: Folder of the packed clips.
    """

    rollouts: Annotated[Path, tyro.conf.Positional]
    demos: Path
    out: Path = DATA

    def run(self) -> int:
        """Check every rollout, then pack."""
        rollouts = {path: _checked(path, self.demos) for path in sorted(self.rollouts.glob("*.npz"))}
        finished = {path: rollout for path, rollout in rollouts.items() if _is_finished(rollout)}
        if not finished:
            raise UserError(f"{str(self.rollouts)!r} holds no finished rollout NNN.npz of a training clip")
        scenes = {recorded_scene(path, rollout) for path, rollout in finished.items()}
        if len(scenes) > 1:
            raise UserError(f"{str(self.rollouts)!r} holds rollouts of several scenes: {', '.join(map(str, scenes))}")
        simulator = Simulator(scenes.pop())
        form = Format.of(simulator)
        ensure_format(self.out, form)
        packed = 0
        for path, rollout in track(finished.items(), "packing", console=Console(stderr=True)):
            clip, to = _packed(rollout, form, simulator, path), self.out / path.name
            if not to.exists() or _quality(clip) > _quality(PackedClip.load(to)):
                clip.save(to)
                packed += 1
        print(f"{packed} clips packed; {len(finished) - packed} were already there, as good or better")
        print(f"{len(rollouts) - len(finished)} rollouts are not finished")
        size = sum(path.stat().st_size for path in self.out.iterdir())
        print(f"{len(packed_clips(self.out))} clips, {size / 1e6:.2f} MB")
        return 0


@dataclass(frozen=True)
class Unpack:
    """Convert packed clips to rollouts like those of `pianomime refine`, with the keys of a replay on this machine.

    Attributes:
        out: Folder for the rollouts.
        demos: Folder of the demonstrations.
        data: Folder of the packed clips.
        clips: Numbers of the clips; by default all.
    """

    out: Annotated[Path, tyro.conf.Positional]
    demos: Path
    data: Path = DATA
    clips: tuple[int, ...] = ()

    def run(self) -> int:
        """Replay and write them."""
        make_folder(self.out, "OUT")
        for clip, rollout in _replays(self.data, self.demos, self.clips):
            rollout.save(self.out / f"{clip:03d}.npz")
        return 0


@dataclass(frozen=True)
class Verify:
    """Replay packed clips and compare their scores with those of the refinement and those stored.

    Attributes:
        demos: Folder of the demonstrations.
        data: Folder of the packed clips.
        clips: Numbers of the clips; by default all.
        tolerance: The exit code is 1 if stored and replayed mean F1 differ by more than this.
    """

    demos: Path
    data: Path = DATA
    clips: tuple[int, ...] = ()
    tolerance: float = 0.001

    def run(self) -> int:
        """Print the table."""
        found = dict(_replays(self.data, self.demos, self.clips))
        # (clips, 2 scores, 4 stages)
        stages = ("planner_scores", "refined_scores", "packed_scores", "scores")
        values = np.array(
            [
                [[rollout.metadata[stage][name] for stage in stages] for name in ("f1", "onset_f1")]
                for rollout in found.values()
            ]
        )
        table = Table(title="refined clips: F1 and onset F1")
        for column in ("clip", *2 * ("planner", "refined", "as packed", "replayed")):
            table.add_column(column, justify="right")
        for clip, row in zip(found, values, strict=True):
            table.add_row(f"{clip:03d}", *(f"{value:.4f}" for value in row.flat))
        mean = values.mean(axis=0)
        table.add_section()
        table.add_row(f"mean of {len(found)}", *(f"{value:.4f}" for value in mean.flat), style="bold")
        Console().print(table)
        different = int(np.sum(np.any(values[:, :, 2] != values[:, :, 3], axis=1)))
        print(
            f"packing cost {mean[0, 1] - mean[0, 2]:.4f} of the mean F1 and {mean[1, 1] - mean[1, 2]:.4f} of the onsets"
        )
        print(f"{different} of {len(found)} clips score differently here than where they were packed")
        return 0 if np.all(np.abs(mean[:, 2] - mean[:, 3]) <= self.tolerance) else 1


def main(arguments: list[str] | None = None) -> int:
    """Run one command and return its exit code: 2 after one line on stderr for bad input."""
    commands: dict[str, Callable[..., Any]] = {"clips": Clips, "pack": Pack, "unpack": Unpack, "verify": Verify}
    command = tyro.extras.subcommand_cli_from_dict(commands, args=arguments, description=__doc__)
    try:
        return int(command.run())
    except UserError as error:
        print(error, file=sys.stderr)
        return 2


def _checked(path: Path, demos: Path) -> Rollout:
    # Accepts only rollouts of a training clip, of exactly this music, made by refine.
    rollout = Rollout.load(path)
    train = train_clips(demos)
    if not path.stem.isdigit() or int(path.stem) not in train:
        raise UserError(
            f"{path.name!r} is not a training clip: splits.json has {len(train)}, {train[0]} to {train[-1]}"
        )
    if rollout.rows_per_step != 1:
        raise UserError(
            f"{str(path)!r} has rows of {rollout.dt:g} s: want one target a control step, --setting benchmark"
        )
    if not np.array_equal(rollout.goal, clip_roll(demos, int(path.stem)).goal):
        raise UserError(f"{str(path)!r} does not have the music of clip {path.stem}: its piano roll differs")
    if rollout.metadata.get("controller") != "refine":
        raise UserError(f"{str(path)!r} is by controller {rollout.metadata.get('controller')!r}: want 'refine'")
    return rollout


def _is_finished(rollout: Rollout) -> bool:
    return bool(rollout.metadata.get("decided_steps") == len(rollout.goal))


def _packed(rollout: Rollout, form: Format, simulator: Simulator, path: Path) -> PackedClip:
    # The simulation is chaotic: rounded targets play slightly differently, so their own scores are stored.
    metadata = dict(rollout.metadata)
    scores_in(f"rollout {str(path)!r}", metadata, "scores")
    metadata["refined_scores"] = metadata.pop("scores")
    clip = form.pack(rollout, metadata)
    pressed = replayed_keys(form.unpack(clip, rollout.goal, path), simulator, path)
    return replace(clip, metadata={**metadata, "packed_scores": score(rollout.goal, pressed).as_dict()})


def _quality(clip: PackedClip) -> float:
    scores = scores_in("packed clip", clip.metadata, "packed_scores")
    return float(scores["f1"] + scores["onset_f1"])


def _replays(data: Path, demos: Path, chosen: tuple[int, ...]) -> Iterator[tuple[int, Rollout]]:
    # The selected clips with keys and scores of a replay on this machine.
    form, paths = read_format(data), packed_clips(data)
    for clip in chosen:
        if clip not in paths:
            raise unknown_value("packed clip", clip, paths)
    simulator = Simulator(form.scene)
    for clip in track(chosen or tuple(paths), "replaying", console=Console(stderr=True)):
        path = paths[clip]
        rollout = form.unpack(PackedClip.load(path), clip_roll(demos, clip).goal, path)
        pressed = replayed_keys(rollout, simulator, path)
        metadata = {**rollout.metadata, "scores": score(rollout.goal, pressed).as_dict()}
        yield clip, replace(rollout, pressed=pressed, metadata=metadata)


if __name__ == "__main__":
    sys.exit(main())
