"""`play` with sound: its outputs, what is refused before the first note, and what is written at the end."""

from pathlib import Path
from types import SimpleNamespace

import mido
import pytest
from command_examples import Command

from pianomime.graph.graph_options import PlayOptions
from pianomime_core.errors import UserError

NO_DEVICE = "no audio device here"


@pytest.fixture
def played(monkeypatch: pytest.MonkeyPatch) -> list[tuple[PlayOptions, str]]:
    """What would have been played, with which notice."""
    calls: list[tuple[PlayOptions, str]] = []

    def play(options: PlayOptions, notice: str = "", json: Path | None = None) -> int:
        calls.append((options, notice))
        return 0

    monkeypatch.setattr("pianomime.commands.perform.play", play)
    return calls


@pytest.fixture
def silent_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*arguments: object) -> None:
        raise UserError(NO_DEVICE)

    monkeypatch.setattr("pianomime_sim.sound.speaker.default_device", refuse)
    monkeypatch.setattr("pianomime.commands.sound_options.open_client", refuse)
    monkeypatch.setattr("pianomime_sim.sound.midi_out.open_client", refuse)


@pytest.fixture
def loud_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    client = SimpleNamespace(get_ports=lambda: ["Synth:in", "Other:in"], delete=lambda: None)
    monkeypatch.setattr("pianomime_sim.sound.speaker.default_device", lambda: ("loud", 48_000))
    monkeypatch.setattr("pianomime.commands.sound_options.open_client", lambda kind: client)
    monkeypatch.setattr("pianomime_sim.sound.midi_out.open_client", lambda kind: client)


def test_without_a_device_one_line_says_so(
    silent_machine: None, played: list[tuple[PlayOptions, str]], pianomime: Command, tune: Path
) -> None:
    for arguments, notice in (((), f"silent: {NO_DEVICE}"), (("--no-sound",), ""), (("--sync",), "")):
        assert pianomime("play", tune, *arguments).code == 0
        options, told = played.pop()
        assert (options.sound, told) == (False, notice)


def test_with_a_device_it_is_heard_unless_nobody_wants_it(
    loud_machine: None, played: list[tuple[PlayOptions, str]], pianomime: Command, tune: Path
) -> None:
    for arguments, heard in (((), True), (("--sound", "--sync"), True), (("--no-sound",), False), (("--sync",), False)):
        assert pianomime("play", tune, *arguments).code == 0
        assert played.pop() == (PlayOptions(midi=tune, sync="--sync" in arguments, sound=heard), "")


def test_ports_are_checked_and_told(
    loud_machine: None, played: list[tuple[PlayOptions, str]], pianomime: Command, tune: Path
) -> None:
    assert pianomime("play", tune, "--midi-out", "synth").code == 0
    assert played.pop()[0].midi_out == "synth"
    assert pianomime("play", tune, "--virtual-midi-out", "robot").code == 0
    assert played.pop()[0].virtual_midi_out == "robot"
    pianomime("play", tune, "--midi-out", "drum").refuses("drum", "Synth:in", "Other:in")
    pianomime("play", tune, "--midi-out", "synth", "--virtual-midi-out", "robot").refuses("not allowed with")
    assert not played


def test_what_cannot_be_is_refused_before_the_first_note(
    silent_machine: None, played: list[tuple[PlayOptions, str]], pianomime: Command, tune: Path, tmp_path: Path
) -> None:
    (tmp_path / "bad.sf2").write_text("la la la")
    pianomime("play", tune, "--sound").refuses(NO_DEVICE)
    pianomime("play", tune, "--midi-out", "x").refuses(NO_DEVICE)
    pianomime("play", tune, "--virtual-midi-out", "x").refuses(NO_DEVICE)
    pianomime("play", tune, "--soundfont", tmp_path / "bad.sf2").refuses("not a soundfont")
    pianomime("play", tune, "--wav", tmp_path / "x.mp3").refuses("--wav", ".wav")
    pianomime("play", tune, "--midi", tmp_path / "nowhere" / "x.mid").refuses("--midi", "there is no folder")
    assert not played


def test_no_ros_is_not_heard(loud_machine: None, pianomime: Command, tune: Path) -> None:
    pianomime("play", tune, "--no-ros", "--sound").refuses("--no-ros", "--wav")


@pytest.mark.parametrize("keep", [False, True])
def test_sound_is_written_at_the_end(pianomime: Command, tune: Path, tmp_path: Path, keep: bool) -> None:
    rollout = ("--rollout", tmp_path / "x.npz") if keep else ()
    result = pianomime(
        "play", tune, "--no-ros", "--sync", "--wav", tmp_path / "x.wav", "--midi", tmp_path / "x.mid", *rollout
    )
    assert (result.code, result.err) == (0, "")
    assert (tmp_path / "x.npz").exists() is keep
    assert (tmp_path / "x.wav").stat().st_size > 44_100
    struck = [message.note for message in mido.MidiFile(tmp_path / "x.mid") if message.type == "note_on"]
    assert struck == [60, 64, 67]


def test_an_old_rollout_is_not_taken_for_this_performance(
    played: list[tuple[PlayOptions, str]], recorded: Path, pianomime: Command, tune: Path, tmp_path: Path
) -> None:
    # The fake performance writes nothing, as one that fails.
    out = tmp_path / "x.mid"
    assert pianomime("play", tune, "--no-sound", "--rollout", recorded, "--midi", out).code == 0
    assert not out.exists()
