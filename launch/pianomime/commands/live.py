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

from pianomime.commands.common_options import common_options
from pianomime.commands.live_modes import MODES
from pianomime.files.models import model_folder
from pianomime.graph.graph_options import LiveOptions
from pianomime.graph.live_delay import live_delay_s
from pianomime_midi.midi_ports import choose_port, input_ports
from pianomime_policy.controllers.registry import check_controller


def live(options: argparse.Namespace) -> int:
    """List the ports, or play until Ctrl-C; return the exit code.

    Raises:
        UserError: Bad input, or as `perform`.
    """
    if options.list:
        print("\n".join(input_ports()) or "no MIDI input ports")
        return 0
    mode = MODES[options.mode]
    controller = options.controller or mode.controller
    delay_s = mode.delay_s if options.delay is None else options.delay
    # The nodes would refuse it, too, but only after all of them have started.
    delay_s = live_delay_s(controller, delay_s)
    check_controller(controller, model_folder(controller, options.model))
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
            **common,
        )
        title = f"live, {delay_s:g} s later, {controller}"
        if options.no_ros:
            from pianomime.commands.solo_live import play_live_solo

            return play_live_solo(chosen, delay_s, title)
        from pianomime.commands.play import perform

        return perform(chosen, title, notice)
