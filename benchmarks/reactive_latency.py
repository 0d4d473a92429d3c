"""Latency of a controller that knows only the keys held now, from key-down to robot-key-down.

The live input consists of synthetic melodies for one hand in five-finger position (five adjacent notes of a scale), in
any key and register, and of songs. Note-ons come at any time and become visible at the next control step
(`pianomime_midi.live_goal.HeldGoal`), so up to 50 ms of every latency is the wait for that step.
The robot's presses are detected at every physics step (5 ms). A note is played if its key goes down within half a
second; every other press is wrong.

`python -m benchmarks.reactive_latency` takes some minutes; `benchmarks.reactive_live` does it through the nodes.
"""

import sys
import time
from dataclasses import dataclass, field, replace
from itertools import pairwise
from pathlib import Path

import mujoco
import numpy as np
import tyro
from numpy.typing import NDArray
from rich import box
from rich.console import Console
from rich.progress import track
from rich.table import Table

from pianomime.episodes.episode import play_episode
from pianomime.files.songs import bundled_songs, collect_songs
from pianomime_core.errors import UserError
from pianomime_core.goal_window import note_events
from pianomime_core.keyboard import HIGHEST_PITCH, KEY_NAMES, KEYBOARD, LOWEST_PITCH, NUM_KEYS
from pianomime_core.metrics import score
from pianomime_core.midi_score import load_midi
from pianomime_core.notes import Note, Score
from pianomime_core.piano_roll import PianoRoll, piano_roll, trim_silence
from pianomime_core.setting import Setting, setting
from pianomime_core.timing import CONTROL_TIMESTEP_S, PHYSICS_TIMESTEP_S
from pianomime_description.variant import SceneConfig
from pianomime_midi.live_goal import HeldGoal
from pianomime_physics.simulator import Simulator
from pianomime_policy.controllers.controller import Action, Controller, Observation
from pianomime_policy.controllers.registry import make_controller

WITHIN_S = 0.5
"""A note whose key goes down later than this counts as not played."""
BEGINS_S = 1.0
"""Time of the first note of a song, before a random part of a control step is added."""
_MAJOR = (0, 2, 4, 5, 7, 9, 11)
# Steps of the melody within the five notes, and their frequency.
_INTERVALS, _OFTEN = (-4, -3, -2, -1, 0, 1, 2, 3, 4), (0.02, 0.03, 0.1, 0.3, 0.1, 0.3, 0.1, 0.03, 0.02)


@dataclass(frozen=True)
class ReactiveLatencyOptions:
    """Play live input and print latencies.

    Attributes:
        songs: MIDI files or folders besides the melodies; the bundled songs if none is given.
        controllers: Names of the controllers; they see one row of the goal, and play in the setting.
        melodies: Melodies for one hand.
        seed: Seed of the melodies and of the moment at which each song begins.
        seconds: Length played of each song and melody.
        hand_collisions: Fingers and hands collide with each other.
        setting: One target a step (benchmark), or five (musical).
    """

    songs: tuple[Path, ...] = ()
    controllers: tuple[str, ...] = ("reactive", "idle")
    melodies: int = 12
    seed: int = 1
    seconds: float = 15.0
    hand_collisions: bool = False
    setting: str = Setting.BENCHMARK.value


def melody(random: np.random.Generator, seconds: float) -> Score:
    """A melody for one hand in five-finger position: tempo 80 to 140, notes of half a beat to two beats, from staccato
    to legato with overlaps, with timing as uneven as a player's."""
    tonic, degree = random.integers(12), random.integers(7)
    scale = [pitch for pitch in range(36, 85) if (pitch - tonic) % 12 in _MAJOR]
    lowest = 7 * int(random.integers(len(scale) // 7 - 1)) + degree
    position = scale[lowest : lowest + 5]
    beat_s, legato = 60 / random.uniform(80, 140), random.uniform(0.5, 1.05)
    at, place, notes = BEGINS_S + random.uniform(0, CONTROL_TIMESTEP_S), int(random.integers(5)), []
    while at < seconds:
        length_s = beat_s * random.choice([0.5, 1.0, 2.0], p=[0.45, 0.45, 0.1])
        onset_s = at + random.normal(0, 0.01)
        notes.append(Note(position[place], onset_s, onset_s + max(legato * length_s, 0.08), 80))
        allowed = [i for i in range(len(_INTERVALS)) if 0 <= place + _INTERVALS[i] < 5]
        chances = np.array(_OFTEN)[allowed]
        place += _INTERVALS[random.choice(allowed, p=chances / chances.sum())]
        at += length_s
    return Score(notes=tuple(_separated(notes)), sustain=(), title="melody")


def _separated(notes: list[Note]) -> list[Note]:
    # A key comes up before it is struck again.
    ends = [
        min(n.offset_s, after.onset_s - 0.06) if n.pitch == after.pitch else n.offset_s for n, after in pairwise(notes)
    ]
    return [replace(n, offset_s=end) for n, end in zip(notes, [*ends, notes[-1].offset_s], strict=True)]


def live_song(path: Path, random: np.random.Generator, seconds: float) -> Score:
    """The beginning of a song, at a random moment of a control step.

    Raises:
        UserError: As `load_midi`.
    """
    begins_s = BEGINS_S + random.uniform(0, CONTROL_TIMESTEP_S)
    notes = tuple(
        Note(n.pitch, n.onset_s + begins_s, min(n.offset_s + begins_s, seconds), n.velocity)
        for n in trim_silence(load_midi(path)).notes
        if n.onset_s + begins_s < seconds - WITHIN_S
    )
    return Score(notes=notes, sustain=(), title=path.stem)


def live_rolls(music: Score) -> tuple[PianoRoll, PianoRoll]:
    """The goal of each control step, and what a live keyboard shows at its beginning.

    Both begin at time 0 and are one second longer than the music.
    """
    rest = np.zeros((round(1.0 / CONTROL_TIMESTEP_S), NUM_KEYS), bool)
    intended = np.concatenate([piano_roll(music, trim=False).goal, rest])
    keyboard, events = HeldGoal(horizon=1), list(note_events(music))
    visible = np.zeros_like(intended)
    for step in range(len(visible)):
        now_s = step * CONTROL_TIMESTEP_S
        while events and music.start_s + events[0].time_s <= now_s:
            keyboard.receive(events.pop(0))
        visible[step] = keyboard.window(step, now_s)[0][0]
    silent = np.zeros(len(intended), bool)
    return PianoRoll(intended, silent), PianoRoll(visible, silent)


class WatchedSimulator(Simulator):
    """Records at every physics step which keys are pressed.

    Attributes:
        pressed: One (88,) bool for each physics step since the reset.
    """

    def __init__(self, config: SceneConfig) -> None:
        super().__init__(config)
        self.pressed: list[NDArray[np.bool_]] = []
        self._keys = np.array([self.model.joint(name).qposadr[0] for name in KEY_NAMES])

    def _advance(self, targets: NDArray[np.float64], physics_steps: int) -> None:
        self.data.ctrl[self._target_ctrl] = targets
        for _ in range(physics_steps):
            mujoco.mj_step(self.model, self.data)
            self.pressed.append(KEYBOARD.pressed(self.data.qpos[self._keys]))


@dataclass
class Timed:
    """A controller whose steps are timed. `act_s`: CPU time of each, independent of load."""

    controller: Controller
    act_s: list[float] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.horizon_steps = self.controller.horizon_steps
        self.joint_names, self.target_names = self.controller.joint_names, self.controller.target_names

    def start(self, goal: NDArray[np.bool_], sustain: NDArray[np.bool_]) -> NDArray[np.float64]:
        return self.controller.start(goal, sustain)

    def act(self, observation: Observation) -> Action:
        began_s = time.thread_time()
        action = self.controller.act(observation)
        self.act_s.append(time.thread_time() - began_s)
        return action


@dataclass(frozen=True)
class Answer:
    """Result of live input.

    Attributes:
        latency_s: (N,) from each note-on to the robot's press, infinite if there was none within `WITHIN_S`.
        wrong: Presses that belong to no note.
        f1: Frame F1 against the goal without delay.
        instant_f1: The same for a robot that needs no time besides the wait for a step.
    """

    latency_s: NDArray[np.float64]
    wrong: int
    f1: float
    instant_f1: float


def answers(notes: tuple[Note, ...], pressed: NDArray[np.bool_]) -> tuple[NDArray[np.float64], int]:
    """Latency [s] of each note, infinite for those not played, and the number of wrong presses.

    Args:
        notes: Any order; outside the 88 keys there are none.
        pressed: (P, 88) at the end of each physics step.
    """
    before = np.concatenate([np.zeros((1, NUM_KEYS), bool), pressed[:-1]])
    presses: list[list[float]] = [[] for _ in range(NUM_KEYS)]
    for step, key in np.argwhere(pressed & ~before):
        presses[key].append((step + 1) * PHYSICS_TIMESTEP_S)
    return latencies([(note.onset_s, note.pitch) for note in notes], presses)


def latencies(struck: list[tuple[float, int]], presses: list[list[float]]) -> tuple[NDArray[np.float64], int]:
    """The same from times [s] and pitches of notes, and the sorted times at which each of the 88 keys was pressed."""
    presses = [list(times) for times in presses]
    latency = np.full(len(struck), np.inf)
    for n in sorted(range(len(struck)), key=lambda i: struck[i][0]):
        onset_s, pitch = struck[n]
        free = presses[pitch - LOWEST_PITCH]
        answer = next((at for at in free if onset_s <= at <= onset_s + WITHIN_S), None)
        if answer is not None:
            latency[n] = answer - onset_s
            free.remove(answer)
    return latency, sum(len(free) for free in presses)


def play_live(simulator: WatchedSimulator, controller: Controller, music: Score) -> Answer:
    """Play music to a controller as if it came from a keyboard."""
    assert all(LOWEST_PITCH <= note.pitch <= HIGHEST_PITCH for note in music.notes)
    intended, visible = live_rolls(music)
    simulator.pressed.clear()
    played = play_episode(simulator, controller, visible)
    latency, wrong = answers(music.notes, np.array(simulator.pressed))
    return Answer(
        latency, wrong, score(intended.goal, played.frames().pressed).f1, score(intended.goal, visible.goal).f1
    )


def answer_table() -> Table:
    """The empty table, in Markdown."""
    columns = ("notes", "median ms", "p95 ms", "max ms", "onset recall", "frame F1", "instant F1", "wrong presses")
    return Table("music", "controller", *columns, box=box.MARKDOWN)


def add_row(table: Table, music: str, controller: str, given: list[Answer]) -> None:
    """Add a row: latencies are those of the played notes, recall is their fraction."""
    latency_s = np.concatenate([answer.latency_s for answer in given])
    heard = 1e3 * latency_s[np.isfinite(latency_s)]
    times = [f"{np.percentile(heard, p):.0f}" for p in (50, 95, 100)] if len(heard) else ["-"] * 3
    table.add_row(
        music,
        controller,
        str(len(latency_s)),
        *times,
        f"{len(heard) / len(latency_s):.3f}",
        f"{np.mean([answer.f1 for answer in given]):.3f}",
        f"{np.mean([answer.instant_f1 for answer in given]):.3f}",
        str(sum(answer.wrong for answer in given)),
    )


def _players(options: ReactiveLatencyOptions, scene: SceneConfig) -> dict[str, Timed]:
    chosen = setting(options.setting)
    players = {name: Timed(make_controller(name, scene, setting=chosen)) for name in options.controllers}
    for name, player in players.items():
        if player.horizon_steps != 1:
            raise UserError(f"controller {name!r} wants to see ahead: live input shows only what is held now")
    return players


def main(options: ReactiveLatencyOptions) -> int:
    """Print the table.

    Raises:
        UserError: Unknown names, or a controller that looks ahead or does not play in the setting.
    """
    simulator = WatchedSimulator(SceneConfig(hand_collisions=options.hand_collisions))
    players = _players(options, simulator.config)
    random = np.random.default_rng(options.seed)
    pieces = {"five-finger melodies": [melody(random, options.seconds) for _ in range(options.melodies)]}
    files = collect_songs(options.songs) if options.songs else bundled_songs()
    pieces |= {name: [live_song(path, random, options.seconds)] for name, path in files.items()}
    console, table = Console(width=140), answer_table()
    for name, controller in players.items():
        for music, scores in track(pieces.items(), name, console=Console(stderr=True), transient=True):
            add_row(table, music, name, [play_live(simulator, controller, one) for one in scores])
        median_ms, p99_ms = 1e3 * np.percentile(controller.act_s, [50, 99])
        console.print(f"{name}: a step takes {median_ms:.2f} ms of processor time, p99 {p99_ms:.2f} ms")
    console.print(table)
    return 0


if __name__ == "__main__":
    try:
        sys.exit(main(tyro.cli(ReactiveLatencyOptions)))
    except UserError as error:
        print(error, file=sys.stderr)
        sys.exit(2)
