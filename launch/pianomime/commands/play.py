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

"""`pianomime play`: the robot plays a song."""

import argparse
from pathlib import Path

from pianomime.commands.command import Command
from pianomime.commands.common_options import add_common, common_options
from pianomime.commands.robot_options import add_controller, add_setting
from pianomime.commands.song_options import add_tracks
from pianomime.files.models import demonstration_to_play, model_folder
from pianomime.files.shared_files import DEFAULT_SONG, bundled_songs, find_song
from pianomime_core.instruments import choice


def _add_arguments(parser: argparse.ArgumentParser) -> None:
    songs = f"a MIDI file, or one of the bundled songs {', '.join(bundled_songs())}; default {DEFAULT_SONG}"
    parser.add_argument("song", nargs="?", metavar="SONG.mid", help=songs)
    add_tracks(parser)
    add_controller(parser)
    add_setting(parser)
    demo = "the demonstration that controller demo plays, notes and fingers"
    parser.add_argument("--demo", type=Path, metavar="FILE.npz", help=demo)
    pace = parser.add_mutually_exclusive_group()
    sync = "the simulator waits for every command, so that the result is the same each time"
    pace.add_argument("--sync", action="store_true", help=sync)
    pace.add_argument(
        "--real-time", action="store_true", help="20 steps per second, even if a command is late (default)"
    )
    add_common(parser)


def _run(options: argparse.Namespace) -> int:
    from pianomime.graph.graph_options import PlayOptions
    from pianomime_policy.controllers.registry import check_controller

    # The nodes would refuse it, too, but only after all of them have started.
    music = demonstration_to_play(options.controller, options.demo, options.song, options.model)
    model = options.model if music is None else music
    check_controller(options.controller, model_folder(options.controller, model), options.setting)
    song = find_song(options.song) if music is None else music
    chosen = choice(options.tracks, options.channels)
    with common_options(options, not options.sync, inputs=(song,)) as (common, notice):
        performance = PlayOptions(
            midi=song,
            choice=chosen,
            controller=options.controller,
            model=model,
            setting=options.setting,
            sync=options.sync,
            **common,
        )
        if options.no_ros:
            from pianomime.commands.solo import play_solo

            return play_solo(performance, options.real_time, options.json)
        from pianomime.commands.perform import play

        return play(performance, notice, options.json)


COMMAND = Command(
    "play",
    help="play a song",
    description="Play a song: simulator, controller and notes run as ROS 2 nodes, each in its own process. Prints the "
    "score of frames of 50 ms, and of what is heard, strikes timed to 5 ms.",
    examples=(
        "pianomime play",
        "pianomime play fuer_elise --viewer browser",
        "pianomime play song.mid --sync --rollout song.npz --wav song.wav",
        "pianomime play twinkle --no-ros --json -",
    ),
    add_arguments=_add_arguments,
    run=_run,
    result="scores and latencies",
    interruptible=True,
)
