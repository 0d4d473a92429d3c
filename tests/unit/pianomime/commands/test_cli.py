"""The command line: options, help, and one clear line for every error."""

import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import mido
import pytest
from command_examples import Command, write_midi

from pianomime.commands import cli
from pianomime.files.songs import bundled_songs
from pianomime_policy.controllers.specs import OURS

OPTIONS = {
    "play": (
        "--controller",
        "--demo",
        "--model",
        "--sync",
        "--real-time",
        "--viewer",
        "--rollout",
        "--record",
        "--no-ros",
        "--hand-collisions",
        "--sound",
        "--no-sound",
        "--soundfont",
        "--midi-out",
        "--virtual-midi-out",
        "--wav",
        "--midi",
    ),
    "live": (
        "--port",
        "--virtual",
        "--list",
        "--mode",
        "--delay",
        "--channel",
        "--transpose",
        "--controller",
        "--model",
        "--viewer",
        "--rollout",
        "--hand-collisions",
    ),
    "evaluate": (
        "--controller",
        "--model",
        "--hand-collisions",
        "--no-hand-collisions",
        "--rollouts",
        "--json",
        "--jobs",
    ),
    "diagnose": ("--controller", "--model", "--hand-collisions", "--no-hand-collisions", "--json", "--jobs"),
    "refine": (
        "--out",
        "--budget",
        "--effort",
        "--seed",
        "--hand-collisions",
        "--no-hand-collisions",
        "--jobs",
        "--ray",
    ),
    "replay": ("FILE.npz",),
    "sound": ("ROLLOUT.npz", "--out", "--soundfont"),
    "plot": ("ROLLOUT.npz", "--out"),
    "video": ("ROLLOUT.npz", "--out", "--size", "--soundfont"),
    "urdf": ("--out", "--variant"),
    "doctor": ("--help",),
}


def truncated(path: Path) -> None:
    write_midi(path, (0.0, 1.0, 60), (1.0, 2.0, 62))
    path.write_bytes(path.read_bytes()[:-10])


def drums(path: Path) -> None:
    write_midi(path, (0.0, 1.0, 60), channel=9)


def zero_length(path: Path) -> None:
    # On before off at one tick; write_midi would sort the off first.
    track = mido.MidiTrack([mido.Message("note_on", note=60, velocity=64), mido.Message("note_off", note=60)])
    mido.MidiFile(tracks=[track]).save(path)


BAD_MIDI: dict[str, tuple[Callable[[Path], object], str]] = {
    "missing": (lambda path: None, "no such"),
    "empty": (lambda path: path.touch(), "empty"),
    "truncated": (truncated, "truncated"),
    "text": (lambda path: path.write_text("la la la"), "not a MIDI file"),
    "drums": (drums, "1 drum notes"),
    "out_of_range": (lambda path: write_midi(path, (0.0, 1.0, 20), (0.0, 1.0, 109)), "21..108"),
    "zero_length": (zero_length, "zero length"),
    "ten_hours": (lambda path: write_midi(path, (0.0, 1.0, 60), (36e3, 36_001.0, 60)), "600 minutes: the limit is 30"),
}


@pytest.mark.parametrize("kind", BAD_MIDI)
@pytest.mark.parametrize("command", ["play", "play --no-ros", "evaluate --controller idle", "diagnose"])
def test_bad_midi_is_refused(kind: str, command: str, pianomime: Command, tmp_path: Path) -> None:
    make, reason = BAD_MIDI[kind]
    make(tmp_path / f"{kind}.mid")
    pianomime(*command.split(), tmp_path / f"{kind}.mid").refuses(f"{kind}.mid", reason)


@pytest.mark.parametrize("command", ["play", "play --no-ros", "evaluate", "diagnose"])
def test_unknown_controller_is_refused_with_the_known_ones(command: str, pianomime: Command, tune: Path) -> None:
    pianomime(*command.split(), tune, "--controller", "mozart").refuses("'mozart'", *OURS)


@pytest.mark.parametrize("command", ["play", "play --no-ros", "evaluate", "diagnose"])
def test_models_that_do_not_fit_the_controller_are_refused(command: str, pianomime: Command, tune: Path) -> None:
    given = (*command.split(), tune, "--controller")
    pianomime(*given, "idle", "--model", "networks").refuses("'idle'", "'networks'", "onnx")
    pianomime(*given, "onnx", "--model", "networks").refuses("no such model folder", "'networks'")


@pytest.mark.parametrize("command", ["play", "play --no-ros"])
@pytest.mark.parametrize("name", ["x.npy", "folder.npz", "nowhere/x.npz", "/proc/x.npz"])
def test_a_rollout_that_cannot_be_written_is_refused(
    command: str, name: str, pianomime: Command, tune: Path, tmp_path: Path
) -> None:
    (tmp_path / "folder.npz").mkdir()
    result = pianomime(*command.split(), tune, "--controller", "idle", "--rollout", tmp_path / name)
    result.refuses("--rollout", Path(name).name)


@pytest.mark.parametrize("name", ["x.bag", "there.mcap", "nowhere/x.mcap", "/proc/x.mcap"])
def test_a_recording_that_cannot_be_written_is_refused(
    name: str, pianomime: Command, tune: Path, tmp_path: Path
) -> None:
    (tmp_path / "there.mcap").mkdir()
    result = pianomime("play", tune, "--controller", "idle", "--record", tmp_path / name)
    result.refuses("record", Path(name).name)


def test_without_ros_there_is_nothing_to_record(pianomime: Command, tune: Path) -> None:
    pianomime("play", tune, "--no-ros", "--record", "x.mcap").refuses("--no-ros", "--rollout")


@pytest.mark.parametrize(
    ("option", "name"), [("--json", "nowhere/x.json"), ("--json", "x.txt"), ("--rollouts", "file")]
)
def test_evaluate_refuses_files_it_cannot_write(
    option: str, name: str, pianomime: Command, tune: Path, tmp_path: Path
) -> None:
    (tmp_path / "file").touch()
    pianomime("evaluate", tune, "--controller", "idle", option, tmp_path / name).refuses(option, name)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ("dance", ("'dance'", "play", "evaluate", "diagnose", "replay")),
        ("play --loud", ("'--loud'", *OPTIONS["play"])),
        ("play --contr idle", ("'--contr'", "--controller")),
        ("play a.mid b.mid", ("'b.mid'",)),
        ("play --sync --real-time", ("--sync", "--real-time")),
        ("play --viewer cinema", ("'cinema'", "none", "browser", "window")),
        ("play --viewer-port 80", ("'80'", "1024", "65535")),
        ("live --port a --virtual b", ("--port", "--virtual")),
        ("live --mode faster", ("'faster'", "echo", "reactive")),
        ("live --channel 17", ("--channel", "'17'", "from 1 to 16")),
        ("live --transpose octave", ("--transpose", "'octave'", "from -88 to 88")),
        ("live --delay soon", ("--delay", "'soon'")),
        ("live --virtual x --delay 1.5", ("1.5 s", "'onnx'", "2 s")),
        ("live --virtual x --controller planner", ("'planner'", "streaming, streaming-1s")),
        ("live --virtual x --controller nobody", ("'nobody'", "streaming, streaming-1s")),
        ("play twinkle --setting loud", ("unknown setting 'loud'", "choose one of benchmark, musical")),
        ("live --virtual x --mode reactive --controller streaming", ("delay 0 s", "'streaming'", "2 s")),
        ("live --virtual x --rollout x.mid", ("--rollout", "x.mid", ".npz")),
        ("evaluate --controller idle", ("MIDI",)),
        ("evaluate x.mid", ("--controller",)),
        ("evaluate x.mid --controller idle --jobs 0", ("'0'", "from 1")),
        ("diagnose", ("FILE",)),
        ("diagnose nowhere.mid", ("nowhere.mid",)),
        ("diagnose x.mid --jobs none", ("'none'", "from 1")),
        ("diagnose x.mid --json x.txt", ("--json", "x.txt", ".json")),
        ("refine x.mid", ("--out",)),
        ("refine --out x.npz", ("SONG.mid",)),
        ("refine nowhere.mid --out x.npz", ("nowhere.mid",)),
        ("refine x.mid --out x.npz --effort 0", ("'0'", "from 1")),
        ("refine x.mid --out x.npz --seed -1", ("-1",)),
        ("refine x.mid --out x.npz --seed one", ("'one'", "from 0")),
        ("refine x.mid --out x.npz --budget 0", ("'0'", "above 0")),
        ("refine x.mid --out x.npz --budget soon", ("'soon'", "seconds")),
        ("refine x.mid --out out --jobs 999 --ray auto", ("--jobs", "--ray")),
        ("replay", ("FILE.npz",)),
        ("replay nowhere.npz", ("nowhere.npz",)),
    ],
)
def test_bad_arguments_are_refused(arguments: str, words: tuple[str, ...], pianomime: Command) -> None:
    pianomime(*arguments.split()).refuses(*words)


def test_a_misspelt_word_is_guessed(pianomime: Command, tune: Path) -> None:
    pianomime("evalute", tune).refuses("'evalute'", "did you mean 'evaluate'?")
    pianomime("play", tune, "--controler", "idle").refuses("'--controler'", "did you mean '--controller'?")
    pianomime("play", tune, "--viewer", "browsr").refuses("'browsr'", "did you mean 'browser'?")


def test_without_a_command_it_prints_its_help(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        cli.main([])
    assert ended.value.code == 0
    assert capsys.readouterr().out.startswith("usage: pianomime")


@pytest.mark.parametrize("command", OPTIONS)
def test_help_names_every_option(command: str, pianomime: Command) -> None:
    result = pianomime(command, "--help")
    assert result.code == 0
    assert all(option in result.out for option in OPTIONS[command])
    assert command in pianomime("--help").out


@pytest.mark.parametrize("command", ["play", "evaluate", "diagnose"])
def test_help_names_every_controller(command: str, pianomime: Command) -> None:
    assert all(name in pianomime(command, "--help").out for name in OURS)


def test_help_names_every_bundled_song(pianomime: Command) -> None:
    assert all(name in " ".join(pianomime("play", "--help").out.split()) for name in bundled_songs())


def test_help_loads_neither_simulator_nor_ros() -> None:
    code = (
        "import sys; from pianomime.commands.cli import main\ntry: main(['play', '--help'])\nexcept SystemExit: pass\n"
    )
    code += "print({'mujoco', 'numba', 'rclpy'} & set(sys.modules))"
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert result.stdout.splitlines()[-1] == "set()"


def test_interrupt_is_exit_code_130(pianomime: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(options: object) -> int:
        raise KeyboardInterrupt

    monkeypatch.setitem(cli.BY_NAME, "replay", replace(cli.BY_NAME["replay"], run=interrupted))
    assert pianomime("replay", "x.npz").code == 130


def test_runs_as_a_module() -> None:
    result = subprocess.run(
        [sys.executable, "-m", "pianomime", "dance"], capture_output=True, text=True, env={**os.environ}, check=False
    )
    assert result.returncode == 2
    assert result.stderr.startswith("pianomime: error: ")
