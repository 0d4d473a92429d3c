"""What the `pianomime` command understands: its subcommands, their options and their help."""

import argparse
import importlib.metadata
import math
import os
from collections.abc import Sequence
from pathlib import Path
from typing import NoReturn

from pianomime.commands.follow_arguments import add_follow
from pianomime.commands.live_arguments import add_live
from pianomime.commands.perceive import add_perceive
from pianomime.commands.rollout_arguments import add_plot, add_sound, add_video
from pianomime.commands.sound_options import add_sound_arguments
from pianomime.commands.transcribe import add_transcribe
from pianomime.commands.urdf import add_urdf
from pianomime.files.songs import DEFAULT_SONG, bundled_songs
from pianomime_core.errors import UserError
from pianomime_core.web import LOCALHOST, VIEWER_PORT
from pianomime_policy.controllers.default_controller import DEFAULT_CONTROLLER
from pianomime_policy.controllers.specs import OURS

_CONTROLLER_HELP = (
    f"{', '.join(f'{spec.name} ({spec.description})' for spec in OURS.values())}, one that another package registers, "
    "or module:Class of your own; default %(default)s"
)
_DIAGNOSE_CAUSES = """\
A note-frame is one key in one frame of 50 ms. Its cause is the first that fits:
  missed: wanted, not pressed
    no finger           the fingering gave the note to nobody
    let go on purpose   the finger was to leave the note before its end
    never pressed       not one frame of the note is pressed
    late onset          before the first pressed frame of the note
    released early      after its last pressed frame
    gap in the middle   in between
  wrong: pressed, not wanted
    late release        the key was wanted up to 3 frames before
    early press         the key is wanted within the next 2 frames
    neighbour           a key 1 or 2 keys away is wanted, now or as near as above
    other               none of these
Onsets match within one frame. Rollouts do not say which finger was to play a
note: the first two causes and the numbers by finger are missing."""


class _Parser(argparse.ArgumentParser):
    """An argument parser whose errors are our errors: one line, no usage text around it."""

    def error(self, message: str) -> NoReturn:
        raise UserError(f"{message} (see {self.prog} --help)")


def parse(arguments: Sequence[str]) -> argparse.Namespace:
    """Return the options; `command` is the subcommand.

    Raises:
        UserError: They are not understood.
    """
    parser = _Parser(prog="pianomime", description="Two robot hands play the piano.", allow_abbrev=False)
    parser.add_argument("--version", action="version", version=f"pianomime {importlib.metadata.version('pianomime')}")
    commands = parser.add_subparsers(dest="command", metavar="{" + ",".join(_SUBCOMMANDS) + "}", required=True)
    subparsers = {name: add(commands) for name, add in _SUBCOMMANDS.items()}
    options, unknown = parser.parse_known_args(arguments)
    if unknown:
        legal = [text for action in subparsers[options.command]._actions for text in action.option_strings]
        raise UserError(f"unknown argument {unknown[0]!r}: {options.command} has the options {', '.join(legal)}")
    return options


def _add_play(commands: "argparse._SubParsersAction[_Parser]") -> _Parser:
    parser = commands.add_parser(
        "play",
        allow_abbrev=False,
        help="play a song before your eyes",
        description="Play a song: simulator, controller and notes run as ROS 2 nodes, each in a process of its own.",
    )
    parser.add_argument(
        "song",
        nargs="?",
        metavar="SONG.mid",
        help=f"a MIDI file, or one of the bundled songs {', '.join(bundled_songs())}; default {DEFAULT_SONG}",
    )
    _add_choice(parser)
    parser.add_argument("--controller", default=DEFAULT_CONTROLLER, metavar="NAME", help=_CONTROLLER_HELP)
    _add_model(parser)
    parser.add_argument(
        "--demo", type=Path, metavar="FILE.npz", help="the demonstration that controller demo plays, notes and fingers"
    )
    pace = parser.add_mutually_exclusive_group()
    pace.add_argument(
        "--sync", action="store_true", help="the simulator waits for every command: same result each time"
    )
    pace.add_argument("--real-time", action="store_true", help="20 steps a second, whoever is late (default)")
    _add_viewer(parser)
    parser.add_argument("--no-ros", action="store_true", help="play in this one process, without ROS")
    _add_hand_collisions(parser)
    add_sound_arguments(parser)
    return parser


def _add_live(commands: "argparse._SubParsersAction[_Parser]") -> _Parser:
    parser: _Parser = add_live(commands)
    _add_model(parser)
    _add_viewer(parser)
    _add_hand_collisions(parser)
    add_sound_arguments(parser)
    return parser


def _add_follow(commands: "argparse._SubParsersAction[_Parser]") -> _Parser:
    parser: _Parser = add_follow(commands)
    _add_watching(parser)
    _add_hand_collisions(parser)
    return parser


def _add_evaluate(commands: "argparse._SubParsersAction[_Parser]") -> _Parser:
    parser = commands.add_parser(
        "evaluate",
        allow_abbrev=False,
        help="score a controller on many songs",
        description="Play songs as fast as the machine can and print a row of scores for each: the same every time.",
    )
    parser.add_argument(
        "midi",
        nargs="+",
        type=Path,
        metavar="MIDI",
        help="MIDI files, demonstrations (.npz), or folders of what the controller plays",
    )
    _add_choice(parser)
    parser.add_argument("--controller", required=True, metavar="NAME", help=_CONTROLLER_HELP.split(";")[0])
    _add_model(parser)
    _add_hand_collisions(parser)
    parser.add_argument("--rollouts", type=Path, metavar="DIR", help="write what was played, one file for each song")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write scores, settings and versions")
    _add_jobs(parser)
    return parser


def _add_diagnose(commands: "argparse._SubParsersAction[_Parser]") -> _Parser:
    parser = commands.add_parser(
        "diagnose",
        allow_abbrev=False,
        help="say where a controller loses its frames",
        description="Play songs as `evaluate` does, or read rollouts, and count every missed and\n"
        "wrong note-frame and every onset by its cause; the songs follow, worst first.",
        epilog=_DIAGNOSE_CAUSES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument(
        "files", nargs="+", type=Path, metavar="FILE", help="MIDI files or rollouts (.npz), or folders of them"
    )
    _add_choice(parser)
    parser.add_argument(
        "--controller", default=DEFAULT_CONTROLLER, metavar="NAME", help=f"of MIDI files: {_CONTROLLER_HELP}"
    )
    _add_model(parser)
    _add_hand_collisions(parser)
    parser.add_argument("--json", type=Path, metavar="FILE", help="write all counts, settings and versions")
    _add_jobs(parser)
    return parser


def _add_refine(commands: "argparse._SubParsersAction[_Parser]") -> _Parser:
    parser = commands.add_parser(
        "refine",
        allow_abbrev=False,
        help="search for a better performance of a song, offline",
        description="Improve what the planner plays by search in the simulator, from the beginning of a song on.\n"
        "The rollout is whole from the first moments on; whenever the command ends, by Ctrl-C, too,\n"
        "the same command goes on from there (beside the rollout stands a checkpoint, *.partial).\n"
        "With a folder as --out, every song of files and folders is refined, and scores.json is written.",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument(
        "songs", nargs="+", metavar="SONG.mid", help="a MIDI file or bundled song; many files and folders for a folder"
    )
    _add_choice(parser)
    parser.add_argument(
        "--out", type=Path, required=True, metavar="ROLLOUT.npz", help="the rollout, or a folder for one for each song"
    )
    parser.add_argument(
        "--budget", type=_seconds, metavar="SECONDS", help="stop after this time, of all songs together; default: never"
    )
    parser.add_argument(
        "--effort", type=_positive, metavar="N", help="simulated steps for each step of music; default 40"
    )
    parser.add_argument("--seed", type=_whole, default=0, metavar="N", help="of the search; default %(default)s")
    _add_hand_collisions(parser)
    workers = parser.add_mutually_exclusive_group()
    _add_jobs(workers)
    workers.add_argument(
        "--ray",
        metavar="ADDRESS",
        help="songs over the machines of a Ray cluster instead (HOST:PORT, auto or local; needs the extra 'ray'): "
        "all of them must see the folder of --out",
    )
    return parser


def _add_replay(commands: "argparse._SubParsersAction[_Parser]") -> _Parser:
    parser = commands.add_parser(
        "replay",
        allow_abbrev=False,
        help="play a rollout again",
        description="Play a rollout again and check that the same keys go down: exit code 0 if they do, 1 if not.",
    )
    parser.add_argument("rollout", type=Path, metavar="FILE.npz", help="written by play, evaluate or refine")
    return parser


def _add_doctor(commands: "argparse._SubParsersAction[_Parser]") -> _Parser:
    return commands.add_parser(
        "doctor",
        allow_abbrev=False,
        help="check the installation",
        description="Try everything that playing, seeing and hearing needs on this machine, and say what to do about\n"
        "what does not work. Exit code 1 if playing needs something that is broken.",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )


_SUBCOMMANDS = {
    "play": _add_play,
    "live": _add_live,
    "follow": _add_follow,
    "evaluate": _add_evaluate,
    "diagnose": _add_diagnose,
    "refine": _add_refine,
    "replay": _add_replay,
    "sound": add_sound,
    "plot": add_plot,
    "video": add_video,
    "perceive": add_perceive,
    "transcribe": add_transcribe,
    "urdf": add_urdf,
    "doctor": _add_doctor,
}


def _add_jobs(parser: argparse._ActionsContainer) -> None:
    cores = len(os.sched_getaffinity(0))
    parser.add_argument("--jobs", type=_positive, default=cores, metavar="N", help=f"songs at a time; default {cores}")


def _add_viewer(parser: argparse.ArgumentParser) -> None:
    _add_watching(parser)
    parser.add_argument("--rollout", type=Path, metavar="FILE.npz", help="write what was played")


def _add_watching(parser: argparse.ArgumentParser) -> None:
    viewers = ("none", "browser", "window", "rviz")
    parser.add_argument("--viewer", choices=viewers, default="none", help="rviz needs ROS 2's rviz2; default none")
    parser.add_argument(
        "--viewer-port", type=_port, default=VIEWER_PORT, metavar="PORT", help="of the browser viewer, %(default)s"
    )
    hosts = "of the browser viewer: 127.0.0.1, this machine alone (default), or 0.0.0.0, whoever reaches it"
    parser.add_argument("--viewer-host", default=LOCALHOST, metavar="ADDRESS", help=hosts)
    names = "a further name under which browsers reach it; may be repeated"
    parser.add_argument("--viewer-name", action="append", default=[], metavar="NAME", help=names)
    parser.add_argument("--record", type=Path, metavar="FILE.mcap", help="record all ROS topics, as rosbag2 does")


def _add_choice(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--tracks",
        default="",
        metavar="N,N",
        help="play these tracks of a MIDI file alone, counted from 1; default: its piano if it has one beside other "
        "instruments, else all but drums",
    )
    parser.add_argument(
        "--channels", default="", metavar="N,N", help="play these channels alone, 1 to 16; 10 are drums, as pitches"
    )


def _add_model(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--model", type=Path, metavar="FOLDER", help="the networks of controller onnx; default: those of this package"
    )


def _add_hand_collisions(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--hand-collisions",
        action=argparse.BooleanOptionalAction,
        default=False,
        help="fingers and hands collide with one another; off in the published benchmark",
    )


def _positive(text: str) -> int:
    if not (text.isascii() and text.isdigit() and int(text) > 0):
        raise argparse.ArgumentTypeError(f"{text!r} is not a whole number from 1")
    return int(text)


def _whole(text: str) -> int:
    if not (text.isascii() and text.isdigit()):
        raise argparse.ArgumentTypeError(f"{text!r} is not a whole number from 0")
    return int(text)


def _seconds(text: str) -> float:
    try:
        seconds = float(text)
    except ValueError:
        seconds = math.nan
    if not 0 < seconds < math.inf:
        raise argparse.ArgumentTypeError(f"{text!r} is not a number of seconds above 0")
    return seconds


def _port(text: str) -> int:
    if not (text.isascii() and text.isdigit() and 1024 <= int(text) <= 65535):
        raise argparse.ArgumentTypeError(f"{text!r} is not a port from 1024 to 65535")
    return int(text)
