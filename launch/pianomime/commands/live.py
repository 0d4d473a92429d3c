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

"""`pianomime live`: the robot plays what is played on a MIDI keyboard, with the same graph as for a file, or in one
process."""

import argparse

from pianomime.commands.command import Command
from pianomime.commands.common_options import add_common, common_options
from pianomime.commands.live_modes import HIGHEST_CHANNEL, MODES, SEMITONES
from pianomime.commands.number_types import whole_number
from pianomime.commands.robot_options import add_controller, add_setting


def _add_arguments(parser: argparse.ArgumentParser) -> None:
    port = parser.add_mutually_exclusive_group()
    name = "MIDI port, by name or part of it; default: the only one"
    port.add_argument("--port", default="", metavar="NAME", help=name)
    port.add_argument("--virtual", default="", metavar="NAME", help="create a MIDI port for other programs to play on")
    port.add_argument("--list", action="store_true", help="print the MIDI ports and exit")
    modes = "; ".join(f"{name}: {mode.words}" for name, mode in MODES.items())
    parser.add_argument("--mode", choices=tuple(MODES), default=next(iter(MODES)), help=f"{modes}; default %(default)s")
    parser.add_argument(
        "--delay",
        type=float,
        metavar="SECONDS",
        help="how much later the robot plays; default: the controller's lookahead",
    )
    channel = f"use only this MIDI channel, 1..{HIGHEST_CHANNEL}; default: all"
    parser.add_argument("--channel", type=whole_number(1, HIGHEST_CHANNEL), default=0, metavar="N", help=channel)
    semitones = f"transpose by this many semitones, -{SEMITONES}..{SEMITONES}"
    parser.add_argument("--transpose", type=whole_number(-SEMITONES, SEMITONES), default=0, metavar="N", help=semitones)
    add_controller(parser, default=None, help="as for play; default: that of the mode")
    add_setting(parser)
    add_common(parser)


def _run(options: argparse.Namespace) -> int:
    from pianomime.files.models import model_folder
    from pianomime.graph.graph_options import LiveOptions
    from pianomime.graph.live_delay import live_delay_s
    from pianomime.terminal import write_result
    from pianomime_midi.midi_ports import choose_port, input_ports
    from pianomime_policy.controllers.registry import check_controller

    if options.list:
        ports = input_ports()
        print("\n".join(ports) or "no MIDI input ports")
        write_result(options.json, {"ports": list(ports)})
        return 0
    mode = MODES[options.mode]
    controller = options.controller or mode.controller
    delay_s = mode.delay_s if options.delay is None else options.delay
    # The nodes would refuse it, too, but only after all of them have started.
    delay_s = live_delay_s(controller, delay_s)
    check_controller(controller, model_folder(controller, options.model), options.setting)
    if not options.virtual:
        choose_port(options.port, input_ports())
    with common_options(options, sound_by_default=True) as (common, notice):
        chosen = LiveOptions(
            port=options.port,
            virtual=options.virtual,
            delay_s=delay_s,
            channel=options.channel,
            transpose=options.transpose,
            controller=controller,
            model=options.model,
            setting=options.setting,
            **common,
        )
        title = f"live, {delay_s:g} s later, {controller}"
        if options.no_ros:
            from pianomime.commands.solo_live import play_live_solo

            return play_live_solo(chosen, delay_s, title, options.json)
        from pianomime.commands.perform import perform

        return perform(chosen, title, notice, options.json)


COMMAND = Command(
    "live",
    help="play along with a MIDI keyboard",
    description="The robot plays what is played on a MIDI keyboard. Ctrl-C ends the session with a score.",
    examples=(
        "pianomime live --list",
        "pianomime live --port piano --viewer browser --rollout session.npz",
        "pianomime live --mode reactive",
        "pianomime live --virtual robot --controller onnx-1s",
    ),
    add_arguments=_add_arguments,
    run=_run,
    result="scores and latencies, or the ports with --list",
    interruptible=True,
)
