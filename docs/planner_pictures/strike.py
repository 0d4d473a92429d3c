"""Strikes: successive notes of one hand in both settings, their keys and fingertips over time, in milliseconds."""

from dataclasses import dataclass, replace

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from numpy.typing import NDArray

from docs.planner_pictures.performance import FineSimulator, make_hand
from docs.planner_pictures.style import GREEN, GRID, INK, ORANGE, RIGHT, SOFT_INK, key_name
from pianomime.episodes.episode import play_episode
from pianomime.files.songs import find_song, read_song
from pianomime_core.errors import UserError
from pianomime_core.hands import FINGERS, SIDES
from pianomime_core.key_events import midi_velocity
from pianomime_core.keyboard import KEYBOARD
from pianomime_core.setting import Setting
from pianomime_core.timing import CONTROL_TIMESTEP_S, FRAMES_PER_SECOND, PHYSICS_TIMESTEP_S
from pianomime_core.visible_notes import VisibleNotes
from pianomime_description import SceneConfig
from pianomime_policy.controllers.planner.musical_planner import MusicalPlanner
from pianomime_policy.controllers.planner.planner import Planner, PlannerConfig
from pianomime_policy.motion.motion_timing import BENCHMARK, MUSICAL

NOTES = 3
_SETTLED_S, _LONGEST_S = 1.0, 1.0
_BEFORE_S, _AFTER_S, _NEAR_S = 0.25, 0.3, 0.15
_LOOKS = ((RIGHT, "-"), (ORANGE, (0, (5, 1))), (GREEN, (0, (2, 0.8))))
"""Colour and line of each note."""


@dataclass(frozen=True)
class Strikes:
    """The beginning of a song in one setting; N notes, P physics steps of 5 ms, R rows of targets.

    Attributes:
        notes: The notes as written, or in the benchmark rounded to frames; finger: (N,) 0..9, or -1 for none.
        time_s: (P,) end of each physics step; keys_rad: (P, 88); height_m: (P, 10) of the fingertips, world frame.
        target_s: (R,) end of each row; target_m: (R, 10) planned heights of the fingertips.
    """

    setting: Setting
    notes: VisibleNotes
    finger: NDArray[np.int64]
    time_s: NDArray[np.float64]
    keys_rad: NDArray[np.float64]
    height_m: NDArray[np.float64]
    target_s: NDArray[np.float64]
    target_m: NDArray[np.float64]

    def sound(self, note: int) -> tuple[float, int] | None:
        """When the key of a note sounds near its onset [s], and its MIDI velocity; None: it does not."""
        key = int(self.notes.key[note])
        down = KEYBOARD.pressed(self.keys_rad)[:, key]
        strikes = np.flatnonzero(down[1:] & ~down[:-1]) + 1
        near = strikes[np.abs(self.time_s[strikes] - self.notes.onset_s[note]) < _NEAR_S]
        if not len(near):
            return None
        at = int(near[0])
        speed_rad_s = float(self.keys_rad[at, key] - self.keys_rad[at - 1, key]) / PHYSICS_TIMESTEP_S
        return float(self.time_s[at]), midi_velocity(key, speed_rad_s)


def play_strikes(song: str, seconds: float, setting: Setting) -> Strikes:
    """Let the whole-song planner play the beginning of a song in a setting.

    Raises:
        UserError: As `pianomime.files.songs.find_song` and `read_song`.
    """
    roll = read_song(find_song(song), rules=setting.reading)
    steps = min(int(seconds * FRAMES_PER_SECOND), len(roll))
    notes = None if roll.notes is None else roll.notes.window(0.0, steps * CONTROL_TIMESTEP_S)
    roll = replace(
        roll, goal=roll.goal[:steps], sustain=roll.sustain[:steps], velocity=roll.velocity[:steps], notes=notes
    )
    simulator, musical = FineSimulator(SceneConfig()), setting is Setting.MUSICAL
    make_planner, timing = (MusicalPlanner, MUSICAL) if musical else (Planner, BENCHMARK)
    planner = make_planner(simulator.config.variant, PlannerConfig())
    play_episode(simulator, planner, roll)
    # The planner does not show its motion plan; the same notes give the same plan again.
    plan = planner.config.new_motion_plan(timing=timing)
    if musical and notes is not None:
        plan.update_notes(notes, roll.sustain, 0)
    else:
        plan.update(roll.goal, 0)
    given, rows = plan.assignments(), steps * timing.rows_per_step
    if not musical or notes is None:
        onset_s, end_s = (step * np.float64(CONTROL_TIMESTEP_S) for step in (given.onset, given.release))
        velocity = roll.velocity[given.onset, given.key].astype(np.int64)
        notes = VisibleNotes(given.key, onset_s, end_s, velocity, np.inf)
    joints = np.array(simulator.fine_joints)
    height_m, target_m = np.zeros((len(joints), 10)), np.zeros((rows, 10))
    for h, side in enumerate(SIDES):
        hand, mine = make_hand(side, planner.config), slice(5 * h, 5 * h + 5)
        columns = [simulator.joint_names.index(name) for name in hand.joint_names]
        height_m[:, mine] = [hand.fingertips(q)[:, 2] for q in joints[:, columns]]
        target_m[:, mine] = plan.fingertips(h, 0, rows).target[..., 2]
    return Strikes(
        setting=setting,
        notes=notes,
        finger=given.finger,
        time_s=(np.arange(len(joints)) + 1) * np.float64(PHYSICS_TIMESTEP_S),
        keys_rad=np.array(simulator.fine_keys),
        height_m=height_m,
        target_s=(np.arange(rows) + 1) * np.float64(CONTROL_TIMESTEP_S / timing.rows_per_step),
        target_m=target_m,
    )


def passage(strikes: Strikes) -> list[int]:
    """The first successive notes of one hand, each alone and on a key and with a finger of its own.

    Raises:
        UserError: There are none.
    """
    n, last_s = strikes.notes, strikes.time_s[-1] - _AFTER_S
    for hand in (0, 1):
        mine = np.flatnonzero((strikes.finger // 5 == hand) & (n.onset_s > _SETTLED_S) & (n.onset_s < last_s))
        for i in range(len(mine) - NOTES + 1):
            these = mine[i : i + NOTES]
            apart_s = np.diff(n.onset_s[these])
            if (
                len(set(n.key[these].tolist())) == len(set(strikes.finger[these].tolist())) == NOTES
                and apart_s.min() > CONTROL_TIMESTEP_S
                and apart_s.sum() < _LONGEST_S
                and all(strikes.sound(int(note)) for note in these)
            ):
                return [int(note) for note in these]
    raise UserError(f"no {NOTES} successive notes of one hand on keys of their own: take more of the song")


def strike_picture(song: str, musical: Strikes, benchmark: Strikes) -> Figure:
    """Draw a passage in the musical setting, and beside it the same time in the benchmark's.

    Raises:
        UserError: As `passage`.
    """
    chosen, n = passage(musical), musical.notes
    start_s, end_s = n.onset_s[chosen[0]] - _BEFORE_S, n.onset_s[chosen[-1]] + _AFTER_S
    figure = Figure(figsize=(12.0, 6.8))
    axes = figure.subplots(2, 2, sharex=True, sharey="row", gridspec_kw={"hspace": 0.1, "wspace": 0.05})
    for column, strikes in enumerate((musical, benchmark)):
        notes = [_nearest(strikes.notes, int(n.key[note]), float(n.onset_s[note])) for note in chosen]
        _keys(axes[0, column], strikes, notes, start_s)
        _tips(axes[1, column], strikes, notes, start_s)
        axes[1, column].set_xlabel("time [ms]")
        every_ms = 1e3 * float(strikes.target_s[0])
        axes[0, column].set_title(f"{strikes.setting}: a target every {every_ms:.0f} ms", pad=10)
    axes[0, 0].set_ylabel("key travel [%]")
    axes[1, 0].set_ylabel("fingertip over\nthe key at rest [mm]")
    axes[1, 0].set_xlim(0, 1e3 * (end_s - start_s))
    figure.suptitle(f"{NOTES} strikes of {song}, from {start_s:.2f} s on", x=0.125, y=0.97, ha="left", weight="bold")
    figure.align_ylabels()
    return figure


def _nearest(notes: VisibleNotes, key: int, onset_s: float) -> int:
    """The note on a key that begins nearest to a time."""
    return int(np.argmin(np.where(notes.key == key, np.abs(notes.onset_s - onset_s), np.inf)))


def _keys(axes: Axes, strikes: Strikes, notes: list[int], start_s: float) -> None:
    n = strikes.notes
    heard_at = 100 * KEYBOARD.activation_rad / KEYBOARD.travel_rad
    for row, (note, (colour, line)) in enumerate(zip(notes, _LOOKS, strict=True)):
        key = int(n.key[note])
        share = 100 * strikes.keys_rad[:, key] / KEYBOARD.travel_rad[key]
        axes.plot(1e3 * (strikes.time_s - start_s), share, color=colour, ls=line, lw=2.0, label=key_name(key))
        onset_ms, end_ms = 1e3 * (n.onset_s[note] - start_s), 1e3 * (n.end_s[note] - start_s)
        axes.plot([onset_ms, end_ms], [-10 - 9 * row] * 2, color=colour, ls=line, lw=4, solid_capstyle="butt")
        axes.axvline(onset_ms, color=colour, lw=0.9, ls=":")
        sound = strikes.sound(note)
        if sound is not None:
            at_ms = 1e3 * (sound[0] - start_s)
            axes.plot(at_ms, heard_at[key], "o", color=colour, ms=7)
            words = f"{at_ms - onset_ms:+.0f} ms\n{sound[1]} for {int(n.velocity[note])}"
            axes.annotate(words, (at_ms, 162), ha="center", va="bottom", fontsize=8, color=INK)
    threshold = float(heard_at[n.key[notes[0]]])
    axes.axhline(threshold, color=INK, lw=0.9, ls="--")
    across = axes.get_yaxis_transform()
    axes.text(0.99, threshold - 4, "sounds", transform=across, ha="right", va="top", fontsize=8)
    axes.text(0.008, -19, "written", transform=across, va="center", fontsize=8, color=SOFT_INK)
    axes.set_ylim(-34, 200)
    axes.set_yticks([0, 50, 100])
    axes.grid(axis="y", color=GRID, lw=0.6)
    axes.legend(loc="center left", fontsize=8.5, labelcolor=INK)


def _tips(axes: Axes, strikes: Strikes, notes: list[int], start_s: float) -> None:
    for number, (note, (colour, line)) in enumerate(zip(notes, _LOOKS, strict=True)):
        finger, top_m = int(strikes.finger[note]), KEYBOARD.top_z_m[strikes.notes.key[note]]
        words = f"{'right' if finger < 5 else 'left'} {FINGERS[finger % 5]}"
        tip_mm, target_mm = (1e3 * (heights[:, finger] - top_m) for heights in (strikes.height_m, strikes.target_m))
        axes.plot(1e3 * (strikes.time_s - start_s), tip_mm, color=colour, ls=line, lw=2.0, label=words)
        name = "its targets" if number == 0 else None
        target_ms = 1e3 * (strikes.target_s - start_s)
        axes.plot(target_ms, target_mm, color=colour, lw=0.8, marker="o", ms=2.5, label=name)
        axes.axvline(1e3 * (strikes.notes.onset_s[note] - start_s), color=colour, lw=0.9, ls=":")
    axes.axhline(0.0, color=INK, lw=0.9, ls="--")
    axes.text(0.99, 0.6, "key at rest", transform=axes.get_yaxis_transform(), ha="right", fontsize=8)
    axes.set_ylim(-16, 44)
    axes.grid(axis="y", color=GRID, lw=0.6)
    axes.legend(loc="upper center", ncols=2, fontsize=8.5, labelcolor=INK)
