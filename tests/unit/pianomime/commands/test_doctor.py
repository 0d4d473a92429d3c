"""The doctor with fake probes, and the quick ones of this machine."""

import json
import socket
import sys
from pathlib import Path

import pytest
from command_examples import Command
from ros_domains import free_domain

from pianomime.commands import doctor, doctor_probes
from pianomime.commands.doctor import CHECKS, Check, State, examine
from pianomime.commands.doctor_probes import Absent
from pianomime.graph import ros_instance
from pianomime_core.errors import UserError

ANSWERS = {
    "fine": (0, "all is well", State.OK),
    "gone": (3, "no such thing", State.ABSENT),
    "wrong": (1, "it burns", State.BROKEN),
    "killed": (-9, "", State.BROKEN),
}


@pytest.fixture
def answers(monkeypatch: pytest.MonkeyPatch) -> None:
    """Probes are small programs: noise, the answer as last line, an exit code or a signal."""
    table = {name: (code, words) for name, (code, words, _) in ANSWERS.items()}
    program = (
        f"import os, sys\ncode, words = {table}[sys.argv[-1]]\nprint('driver noise')\nprint(words)\n"
        "sys.stdout.flush()\nos.kill(os.getpid(), -code) if code < 0 else sys.exit(code)"
    )
    run = doctor.subprocess.run
    monkeypatch.setattr(
        doctor.subprocess,
        "run",
        lambda command, **more: run([sys.executable, "-S", "-c", program, command[-1]], **more),
    )


@pytest.mark.parametrize("probe", ANSWERS)
def test_a_check_is_what_its_probe_says(answers: None, probe: str) -> None:
    code, words, state = ANSWERS[probe]
    finding = examine(Check("thing", probe, "mend it"))
    assert finding.state is state
    assert finding.words == (words if code >= 0 else "ended by SIGKILL")


@pytest.mark.parametrize(
    ("probe", "needed", "code"),
    [("fine", True, 0), ("gone", False, 0), ("wrong", False, 0), ("gone", True, 1), ("wrong", True, 1)],
)
def test_only_what_playing_needs_decides(
    answers: None, capfd: pytest.CaptureFixture[str], probe: str, needed: bool, code: int
) -> None:
    assert doctor.doctor([Check("thing", probe, "mend it", needed=needed), Check("other", "fine", "")]) == code
    said = capfd.readouterr().out
    assert ("-> mend it" in said) == (probe != "fine")
    assert ("not ready to play" in said) == bool(code)


def test_every_check_has_a_probe_and_advice() -> None:
    assert {check.probe for check in CHECKS} == set(doctor_probes.PROBES)
    assert all(check.advice for check in CHECKS)


@pytest.mark.parametrize(("probe", "words"), [("packages", "mujoco 3.17.0"), ("ros", "a message arrived")])
def test_a_real_probe_in_a_process_of_its_own(probe: str, words: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ROS_DOMAIN_ID", str(free_domain()))
    finding = examine(Check("thing", probe, ""))
    assert finding.state is State.OK
    assert words in finding.words


def test_an_unknown_renderer_is_absent(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MUJOCO_GL", "crayon")
    finding = examine(Check("pictures", "offscreen", ""))
    assert finding.state is not State.OK


def test_a_missing_package_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    version = doctor_probes.importlib.metadata.version

    def without_scipy(name: str) -> str:
        if name == "scipy":
            raise doctor_probes.importlib.metadata.PackageNotFoundError
        return "3.0.0" if name == "mujoco" else version(name)

    monkeypatch.setattr(doctor_probes.importlib.metadata, "version", without_scipy)
    with pytest.raises(UserError, match="scipy is missing") as error:
        doctor_probes.packages()
    assert "mujoco is 3.0.0, want ==3.17.0" in str(error.value)


def test_an_old_python_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(doctor_probes, "OLDEST_PYTHON", (99, 0))
    with pytest.raises(UserError):
        doctor_probes.python()


def test_optional_packages_may_be_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(doctor_probes, "find_spec", lambda name: None)
    with pytest.raises(Absent, match="python-rtmidi"):
        doctor_probes.midi()
    with pytest.raises(Absent, match="onnxruntime"):
        doctor_probes.models()


def test_midi_answers_whatever_runs_here() -> None:
    assert examine(Check("MIDI", "midi", "")).state in (State.OK, State.ABSENT)


def test_discovery_says_who_may_hear(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse() -> None:
        raise UserError("a second instance")

    monkeypatch.setenv("ROS_DOMAIN_ID", "7")
    for name in ("ROS_AUTOMATIC_DISCOVERY_RANGE", "FASTDDS_DEFAULT_PROFILES_FILE"):
        monkeypatch.delenv(name, raising=False)
    assert doctor_probes.discovery() == "domain 7, this machine only"
    with monkeypatch.context() as taken:
        taken.setattr(ros_instance, "refuse_second_instance", refuse)
        with pytest.raises(UserError, match="second instance"):
            doctor_probes.discovery()
    monkeypatch.setenv("ROS_AUTOMATIC_DISCOVERY_RANGE", "SUBNET")
    with pytest.raises(Absent, match="other machines"):
        doctor_probes.discovery()


def test_a_taken_port_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        monkeypatch.setattr("pianomime_core.web.VIEWER_PORT", server.getsockname()[1])
        with pytest.raises(UserError, match="taken"):
            doctor_probes.viewer_port()


def test_the_command_prints_a_table(answers: None, monkeypatch: pytest.MonkeyPatch, pianomime: Command) -> None:
    monkeypatch.setattr(doctor.doctor, "__defaults__", ((Check("thing", "fine", ""),),))
    result = pianomime("doctor")
    assert result.code == 0
    assert "all is well" in result.out


def test_json_has_the_rows_of_the_table(
    answers: None, monkeypatch: pytest.MonkeyPatch, pianomime: Command, tmp_path: Path
) -> None:
    checks = (Check("thing", "fine", ""), Check("other", "gone", "get it", needed=True))
    monkeypatch.setattr(doctor.doctor, "__defaults__", (checks,))
    assert pianomime("doctor", "--json", tmp_path / "doctor.json").code == 1
    assert json.loads((tmp_path / "doctor.json").read_text()) == {
        "ready": False,
        "checks": [
            {"check": "thing", "state": "ok", "found": "all is well"},
            {"check": "other", "state": "missing, optional", "found": "no such thing"},
        ],
    }


def test_perception_that_is_not_installed_is_absent(monkeypatch):
    monkeypatch.setattr(doctor_probes, "find_spec", lambda name: None)
    with pytest.raises(doctor_probes.Absent, match="is not installed"):
        doctor_probes.perception()
