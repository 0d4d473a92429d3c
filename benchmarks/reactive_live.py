"""End-to-end latency from the player's key to the robot's: MIDI port, nodes and messages, on the wall clock.

The melodies of `benchmarks.reactive_latency` are played by a scripted keyboard to the nodes of `pianomime live --mode
reactive`. Two latencies, both from the moment before the note-on is sent:

* to the press: the moment within the step at which the key goes down, with simulated time mapped to the wall clock; a
  real robot would press then;
* to the message about it: the simulator computes a step at its end, so a listener waits 0 to 50 ms longer.

`python -m benchmarks.reactive_live` takes three minutes; without MIDI ports it needs Debian's jackd2.
"""

import sys
import tempfile
import time
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import tyro
from numpy.typing import NDArray
from rich import box
from rich.console import Console
from rich.table import Table

from benchmarks.live_session import perform_live
from benchmarks.reactive_latency import latencies, melody
from benchmarks.scripted_keyboard import CLIENT, Keyboard, midi_system
from pianomime.commands.live_modes import MODES
from pianomime.graph.graph_options import LiveOptions
from pianomime.graph.runner import NodeDied
from pianomime_core.errors import UserError
from pianomime_core.keyboard import NUM_KEYS
from pianomime_core.rollout import Rollout
from pianomime_core.ros_environment import complete_ros_environment
from pianomime_core.setting import Setting, setting

PAUSE_S = 1.0


@dataclass(frozen=True)
class ReactiveLiveOptions:
    """Play melodies live and print latencies.

    Attributes:
        melodies: Number of melodies, for one hand in five-finger position.
        seconds: Length of each.
        seed: Seed of the melodies.
        setting: One target a step (benchmark), or five (musical).
    """

    melodies: int = 12
    seconds: float = 15.0
    seed: int = 1
    setting: str = Setting.BENCHMARK.value


@dataclass(frozen=True)
class LiveAnswer:
    """Result of live playing.

    Attributes:
        press_s: (N,) from each note to the robot's press, infinite if there was none.
        message_s: (N,) to the message about it.
        wrong: Presses that belong to no note.
        missed_steps: Steps with a late command.
        steps: Total number of steps.
    """

    press_s: NDArray[np.float64]
    message_s: NDArray[np.float64]
    wrong: int
    missed_steps: int
    steps: int


def main(options: ReactiveLiveOptions) -> int:
    """Print the table.

    Raises:
        UserError: Bad options, or no MIDI ports.
    """
    if options.melodies < 1 or not options.seconds > 2.0:
        raise UserError(f"{options.melodies} melodies of {options.seconds} s: want 1 or more, longer than 2 s")
    chosen = setting(options.setting)
    with midi_system():
        answer = play_melodies(options, chosen)
    table = Table(
        "five-finger melodies, live", "notes", "median ms", "p95 ms", "max ms", "onset recall", box=box.MARKDOWN
    )
    table.add_row("key to press", *_numbers(answer.press_s))
    table.add_row("key to message", *_numbers(answer.message_s))
    Console(width=120).print(table)
    print(f"wrong presses {answer.wrong}; late steps {answer.missed_steps} of {answer.steps}")
    return 0


def play_melodies(options: ReactiveLiveOptions, setting: Setting) -> LiveAnswer:
    """Play the melodies one after another in one session, in the setting.

    Raises: As `perform_live`.
    """
    complete_ros_environment()
    # Without the environment it receives nothing.
    from benchmarks.ros_key_listener import KeyListener

    random, mode = np.random.default_rng(options.seed), MODES["reactive"]
    struck: list[tuple[float, int]] = []
    keyboard = Keyboard()

    def play() -> None:
        for _ in range(options.melodies):
            struck.extend(keyboard.play(melody(random, options.seconds)))
            time.sleep(PAUSE_S)

    with closing(KeyListener()) as listener, tempfile.TemporaryDirectory(prefix="pianomime-") as folder:
        rollout = Path(folder) / "live.npz"
        try:
            perform_live(
                LiveOptions(
                    port=CLIENT,
                    controller=mode.controller,
                    setting=setting,
                    delay_s=mode.delay_s,
                    rollout=rollout,
                ),
                play,
            )
        finally:
            keyboard.unplug()
        played = Rollout.load(rollout)
        begin_s = listener.begin_s()
        press_s, wrong = latencies(struck, _by_key([(begin_s + at_s, key) for _, at_s, key in listener.presses]))
        message_s, _ = latencies(struck, _by_key([(at_s, key) for at_s, _, key in listener.presses]))
    return LiveAnswer(press_s, message_s, wrong, len(played.metadata["missed_steps"]), len(played.frames().goal))


def _by_key(presses: list[tuple[float, int]]) -> list[list[float]]:
    return [[at_s for at_s, pressed in presses if pressed == key] for key in range(NUM_KEYS)]


def _numbers(latency_s: NDArray[np.float64]) -> tuple[str, ...]:
    heard = 1e3 * latency_s[np.isfinite(latency_s)]
    times = [f"{np.percentile(heard, p):.0f}" for p in (50, 95, 100)] if len(heard) else ["-"] * 3
    return str(len(latency_s)), *times, f"{len(heard) / len(latency_s):.3f}"


if __name__ == "__main__":
    try:
        sys.exit(main(tyro.cli(ReactiveLiveOptions)))
    except (UserError, NodeDied) as error:
        print(error, file=sys.stderr)
        sys.exit(2)
