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

"""The `pianomime` command: its options are defined in `arguments`, its work in one module per subcommand.

Exit codes: 0 done, 1 failed (replay: different keys were pressed; play: a node died; evaluate, diagnose, refine: one of
several files is invalid or a song failed; doctor: something needed for playing is broken), 2 bad input, or a file that
could not be written, in one line on stderr, 130 Ctrl-C, 143 SIGTERM and 129 SIGHUP. MuJoCo, numba and ROS are imported
by the subcommands, so that `--help` is quick.
"""

import argparse
import io
import sys
from collections.abc import Sequence
from contextlib import nullcontext

from pianomime.commands.arguments import parse
from pianomime.episodes.interrupts import interrupt_exit_code, interruptible
from pianomime.files.songs import find_song
from pianomime_core.errors import UserError
from pianomime_core.instruments import choice

EXIT_USER_ERROR = 2
_WITH_ROBOT = ("play", "live", "follow")


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command and return its exit code."""
    for stream in (sys.stdout, sys.stderr):
        # File names may contain bytes that are invalid in the terminal's encoding.
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")
    try:
        options = parse(sys.argv[1:] if arguments is None else arguments)
        with interruptible() if options.command in _WITH_ROBOT else nullcontext():
            return _RUN[options.command](options)
    except UserError as error:
        print(f"pianomime: error: {error}", file=sys.stderr)
        return EXIT_USER_ERROR
    except KeyboardInterrupt as interrupt:
        return interrupt_exit_code(interrupt)


def _play(options: argparse.Namespace) -> int:
    from pianomime.commands.common_options import common_options
    from pianomime.commands.play import PlayOptions, play
    from pianomime.commands.solo import play_solo
    from pianomime.files.models import demonstration_to_play, model_folder
    from pianomime_policy.controllers.registry import check_controller

    # The nodes would refuse it, too, but only after all of them have started.
    music = demonstration_to_play(options.controller, options.demo, options.song, options.model)
    model = options.model if music is None else music
    check_controller(options.controller, model_folder(options.controller, model))
    song = find_song(options.song) if music is None else music
    chosen = choice(options.tracks, options.channels)
    with common_options(options, not options.sync, inputs=(song,)) as (common, notice):
        play_options = PlayOptions(
            midi=song, choice=chosen, controller=options.controller, model=model, sync=options.sync, **common
        )
        if options.no_ros:
            return play_solo(play_options, real_time=options.real_time)
        return play(play_options, notice)


def _live(options: argparse.Namespace) -> int:
    from pianomime.commands.live import live

    return live(options)


def _follow(options: argparse.Namespace) -> int:
    from pianomime.commands.follow import follow

    return follow(options)


def _evaluate(options: argparse.Namespace) -> int:
    from pianomime.commands.evaluate import EvaluateOptions, evaluate

    return evaluate(
        EvaluateOptions(
            midi=tuple(options.midi),
            controller=options.controller,
            model=options.model,
            hand_collisions=options.hand_collisions,
            rollouts=options.rollouts,
            json=options.json,
            jobs=options.jobs,
            choice=choice(options.tracks, options.channels),
        )
    )


def _diagnose(options: argparse.Namespace) -> int:
    from pianomime.commands.diagnose import DiagnoseOptions, diagnose

    return diagnose(
        DiagnoseOptions(
            files=tuple(options.files),
            controller=options.controller,
            model=options.model,
            hand_collisions=options.hand_collisions,
            json=options.json,
            jobs=options.jobs,
            choice=choice(options.tracks, options.channels),
        )
    )


def _refine(options: argparse.Namespace) -> int:
    from pianomime.commands.refine import RefineOptions, refine

    return refine(
        RefineOptions(
            songs=tuple(options.songs),
            out=options.out,
            hand_collisions=options.hand_collisions,
            effort=options.effort,
            seed=options.seed,
            budget_s=options.budget,
            jobs=options.jobs,
            ray=options.ray,
            choice=choice(options.tracks, options.channels),
        )
    )


def _replay(options: argparse.Namespace) -> int:
    from pianomime.episodes.replay import replay

    return replay(options.rollout)


def _sound(options: argparse.Namespace) -> int:
    from pianomime.reports.sound import sound

    return sound(options.rollout, options.out, options.soundfont)


def _plot(options: argparse.Namespace) -> int:
    from pianomime.reports.plot import plot

    return plot(options.rollout, options.out)


def _video(options: argparse.Namespace) -> int:
    from pianomime.reports.offscreen import choose_gl

    choose_gl()
    from pianomime.reports.video import video

    return video(options.rollout, options.out, options.size, options.soundfont)


def _perceive(options: argparse.Namespace) -> int:
    from pianomime.commands.perceive import perceive

    return perceive(options)


def _transcribe(options: argparse.Namespace) -> int:
    from pianomime.commands.transcribe import transcribe

    return transcribe(options.recording, options.out)


def _urdf(options: argparse.Namespace) -> int:
    from pianomime.commands.urdf import urdf

    return urdf(options.out, options.variant, options.joint_prefix)


def _doctor(options: argparse.Namespace) -> int:
    from pianomime.commands.doctor import doctor

    return doctor()


_RUN = {
    "play": _play,
    "live": _live,
    "follow": _follow,
    "evaluate": _evaluate,
    "diagnose": _diagnose,
    "refine": _refine,
    "replay": _replay,
    "sound": _sound,
    "plot": _plot,
    "video": _video,
    "perceive": _perceive,
    "transcribe": _transcribe,
    "urdf": _urdf,
    "doctor": _doctor,
}
