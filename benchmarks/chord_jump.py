"""How fast a hand can jump: note-frames lost when both hands move from one triad to a distant one.

The rolls are synthetic: both hands hold triads of white keys for a second and move up and down by some white keys, in
parallel. The frames lost of the old chord (released early) and of the new one (late) are the time that lift, travel and
press take, minus the rest between the chords.

`python -m benchmarks.chord_jump` takes about a minute.
"""

import sys
from dataclasses import dataclass

import numpy as np
import tyro
from numpy.typing import NDArray
from rich import box
from rich.console import Console
from rich.progress import track
from rich.table import Table

from pianomime.episodes.episode import play_episode
from pianomime.files.models import model_folder
from pianomime_core.errors import UserError
from pianomime_core.keyboard import KEYBOARD
from pianomime_core.piano_roll import PianoRoll
from pianomime_core.timing import CONTROL_TIMESTEP_S
from pianomime_physics.simulator import Simulator
from pianomime_policy.controllers.registry import make_controller

CHORD_STEPS = 20
_WHITE = np.flatnonzero(~KEYBOARD.is_black)
# White keys of both lower triads counted from A0: C2 E2 G2 and C5 E5 G5. Three octaves (49 cm) apart, so that the hands
# stay clear of each other and cannot play each other's notes.
_TRIADS = np.array([9, 11, 13, 30, 32, 34])
_MOST_KEYS = int(len(_WHITE) - 1 - _TRIADS.max())


@dataclass(frozen=True)
class ChordJumpOptions:
    """Let a controller play jumps and print the lost frames.

    Attributes:
        controller: Name of the controller.
        keys: Distances of the jumps in white keys.
        rest_steps: Steps of rest between the chords.
        starts: Positions of the lower chord, in white keys from C major; all are played.
        jumps: Jumps from each start, half of them up and half down.
    """

    controller: str = "streaming"
    keys: tuple[int, ...] = tuple(range(1, 11))
    rest_steps: tuple[int, ...] = (0, 2, 4)
    starts: tuple[int, ...] = (0, 1, 2)
    jumps: int = 4


@dataclass(frozen=True)
class JumpLoss:
    """Mean over the notes that change at a jump.

    Attributes:
        distance_m: Distance that each hand jumps.
        rest_s: Rest between the chords.
        early: Note-frames lost at the end of a note of the old chord.
        late: Note-frames lost at the beginning of a note of the new one.
        wrong: Note-frames pressed that are not in the goal.
    """

    distance_m: float
    rest_s: float
    early: float
    late: float
    wrong: float

    @property
    def lost(self) -> float:
        """Note-frames lost by an old and a new note together."""
        return self.early + self.late


def chord_roll(keys: int, rest_steps: int, start: int, jumps: int) -> PianoRoll:
    """Triads of both hands, `jumps` times moved by `keys` white keys, up and down in turn.

    The lower ones are C major moved by `start` white keys.

    Raises:
        UserError: The jump goes beyond the keyboard.
    """
    if keys < 1 or start < 0 or keys + start > _MOST_KEYS:
        raise UserError(
            f"a jump of {keys} white keys from {start}: want 1 or more from 0 or more, together {_MOST_KEYS}"
        )
    if rest_steps < 0 or jumps < 1:
        raise UserError(f"{jumps} jumps with {rest_steps} steps of rest: want 1 jump or more and 0 steps or more")
    period = CHORD_STEPS + rest_steps
    goal = np.zeros(((jumps + 1) * period, len(KEYBOARD.is_black)), bool)
    for chord in range(jumps + 1):
        first = chord * period
        goal[first : first + CHORD_STEPS, _WHITE[_TRIADS + start + keys * (chord % 2)]] = True
    return PianoRoll(goal=goal, sustain=np.zeros(len(goal), bool))


def jump_loss(goal: NDArray[np.bool_], pressed: NDArray[np.bool_], keys: int, rest_steps: int) -> JumpLoss:
    """Count the lost frames around each jump, from the middle of a chord to the middle of the next.

    Args:
        goal, pressed: (T, 88) of one `chord_roll` or more, (R, T, 88).
        keys, rest_steps: As for the roll.
    """
    half, period = CHORD_STEPS // 2, CHORD_STEPS + rest_steps
    # The beginning of the first chord and the end of the last one are not jumps.
    near = slice(half, goal.shape[-2] - period + half)
    late = np.arange(goal.shape[-2])[near] % period < half
    goal, pressed = goal[..., near, :], pressed[..., near, :]
    missed = goal & ~pressed
    notes = int((goal[..., 1:, :] & ~goal[..., :-1, :]).sum())
    return JumpLoss(
        distance_m=float(KEYBOARD.center_y_m[_WHITE[keys]] - KEYBOARD.center_y_m[_WHITE[0]]),
        rest_s=rest_steps * CONTROL_TIMESTEP_S,
        early=float(missed[..., ~late, :].sum() / notes),
        late=float(missed[..., late, :].sum() / notes),
        wrong=float((pressed & ~goal).sum() / notes),
    )


def measure(options: ChordJumpOptions) -> list[JumpLoss]:
    """Play every kind of jump.

    Raises:
        UserError: Unknown controller, or as `chord_roll`.
    """
    simulator = Simulator()
    controller = make_controller(options.controller, simulator.config, model_folder(options.controller))
    kinds = [(keys, rest) for rest in options.rest_steps for keys in options.keys]
    rolls = {kind: [chord_roll(*kind, start, options.jumps) for start in options.starts] for kind in kinds}
    losses = []
    for kind in track(kinds, "jumps", console=Console(stderr=True), transient=True):
        played = [play_episode(simulator, controller, roll) for roll in rolls[kind]]
        goal, pressed = (np.stack([getattr(one, name) for one in played]) for name in ("goal", "pressed"))
        losses.append(jump_loss(goal, pressed, *kind))
    return losses


def jump_table(losses: list[JumpLoss]) -> Table:
    """One row for each kind of jump, in Markdown."""
    table = Table("jump", "rest", "lost early", "lost late", "lost", "wrong", box=box.MARKDOWN)
    for loss in losses:
        numbers = (f"{value:.2f}" for value in (loss.early, loss.late, loss.lost, loss.wrong))
        table.add_row(f"{100 * loss.distance_m:.1f} cm", f"{1e3 * loss.rest_s:.0f} ms", *numbers)
    return table


def main(options: ChordJumpOptions) -> int:
    """Print the table."""
    console = Console()
    console.print(f"{options.controller}: note-frames of 50 ms a note, mean over the notes that change")
    console.print(jump_table(measure(options)))
    return 0


if __name__ == "__main__":
    try:
        sys.exit(main(tyro.cli(ChordJumpOptions)))
    except UserError as error:
        print(error, file=sys.stderr)
        sys.exit(2)
