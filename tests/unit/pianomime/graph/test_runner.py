"""The runner with small programs instead of nodes."""

import json
import os
import signal
import sys
import time
from pathlib import Path

import pytest

from pianomime.graph import runner
from pianomime.graph.node_entry import NodeEntry
from pianomime.graph.parameters_file import EVERY_NODE
from pianomime.graph.runner import NodeDied, Runner, node_command
from pianomime_core.errors import UserError

FOREVER = "import time; print('ready', flush=True); time.sleep(600)"
STUBBORN = (
    "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('ready', flush=True); time.sleep(600)"
)


@pytest.fixture(autouse=True)
def at_once(monkeypatch):
    monkeypatch.setattr(runner, "RESTART_DELAY_S", 0.0)


@pytest.fixture
def run(monkeypatch):
    """Run programs given as Python text; returns what they said and where they ran."""
    said: list[tuple[str, str]] = []

    def start(*nodes: tuple[NodeEntry, str]) -> Runner:
        texts = {entry.name: text for entry, text in nodes}
        monkeypatch.setattr(
            runner, "node_command", lambda entry, folder: [sys.executable, "-S", "-c", texts[entry.name]]
        )
        return Runner([entry for entry, _ in nodes], lambda name, line: said.append((name, line)))

    start.said = said
    return start


def node(name: str, **more) -> NodeEntry:
    return NodeEntry(package="p", executable=name, module=name, name=name, **more)


def processes(running: Runner) -> list[int]:
    return list(running.process_numbers().values())


def alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def wait_until_ready(run, count: int) -> None:
    while sum(line == "ready" for _, line in run.said) < count:
        time.sleep(0.01)


def test_the_end_of_the_song_ends_everything(run):
    with run((node("sim", ends_graph=True), "pass"), (node("policy"), FOREVER)) as running:
        pids = processes(running)
        running.wait(lambda: None)
    assert not any(alive(pid) for pid in pids)


def test_a_killed_node_is_started_again_and_the_song_goes_on(run, tmp_path):
    """The song ends when the node has been started for the second time."""
    policy = f"open({str(tmp_path / 'starts')!r}, 'a').write('x'); {FOREVER}"
    sim = (
        f"import pathlib, time\nwhile len(pathlib.Path({str(tmp_path)!r}, 'starts').read_text()) < 2: time.sleep(0.01)"
    )
    (tmp_path / "starts").touch()
    with run((node("policy"), policy), (node("sim", ends_graph=True), sim)) as running:
        wait_until_ready(run, 1)
        first, other = processes(running)
        os.kill(first, signal.SIGKILL)
        running.wait(lambda: None)
        second, same = processes(running)
    assert ("policy", "killed by SIGKILL: started again (1 of 3)") in run.said
    assert second != first
    assert same == other
    assert not any(alive(pid) for pid in (first, second, other))


@pytest.mark.parametrize(("code", "words"), [(0, "exit code 0"), (1, "exit code 1")])
def test_a_node_that_leaves_again_and_again_is_named_and_takes_the_others_along(run, code, words):
    nodes = ((node("sim", ends_graph=True), FOREVER), (node("policy"), f"raise SystemExit({code})"))
    with run(*nodes) as running:
        pids = processes(running)
        with pytest.raises(NodeDied, match=rf"policy ended before the song did \({words}\)"):
            running.wait(lambda: None)
    assert [line for name, line in run.said if name == "policy"] == [
        f"{words}: started again ({k} of 3)" for k in (1, 2, 3)
    ]
    assert not any(alive(pid) for pid in pids)


def test_numbers_that_are_not_safe_end_everything_at_once(run):
    text = "import sys; print('error: rh_FFJ3 = nan', file=sys.stderr); sys.exit(3)"
    nodes = ((node("sim", ends_graph=True), FOREVER), (node("policy"), text))
    with run(*nodes) as running, pytest.raises(NodeDied, match=r"^policy ended before the song did \(rh_FFJ3 = nan\)$"):
        running.wait(lambda: None)
    assert not any("started again" in line for _, line in run.said)


def test_bad_input_is_the_users_error_in_the_nodes_words(run):
    text = "import sys; print('error: unknown controller x', file=sys.stderr); sys.exit(2)"
    nodes = ((node("sim", ends_graph=True), FOREVER), (node("policy"), text))
    with run(*nodes) as running, pytest.raises(UserError, match=r"^unknown controller x$"):
        running.wait(lambda: None)


def test_a_viewer_may_be_closed(run):
    sim = "import time; time.sleep(0.3)"
    with run((node("sim", ends_graph=True), sim), (node("viewer", required=False), "pass")) as running:
        running.wait(lambda: None)


def test_an_exception_ends_everything(run):
    def play() -> None:
        with run((node("sim", ends_graph=True), FOREVER)) as running:
            pids.extend(processes(running))
            running.wait(interrupt)

    def interrupt() -> None:
        raise KeyboardInterrupt

    pids: list[int] = []
    with pytest.raises(KeyboardInterrupt):
        play()
    assert len(pids) == 1
    assert not alive(pids[0])


def test_who_does_not_listen_is_killed_with_its_children(run, tmp_path):
    child = f"import subprocess, sys; p = subprocess.Popen([sys.executable, '-S', '-c', {FOREVER!r}]); "
    note = f"open({str(tmp_path / 'child')!r}, 'w').write(str(p.pid)); "
    with run((node("sim", ends_graph=True, stop_s=0.1), child + note + STUBBORN)) as running:
        wait_until_ready(run, 2)
        pids = [*processes(running), int((tmp_path / "child").read_text())]
    deadline = time.monotonic() + 10
    while alive(pids[1]) and Path(f"/proc/{pids[1]}/stat").read_text().split()[2] != "Z":
        assert time.monotonic() < deadline
    assert not alive(pids[0])


def test_output_is_passed_on_by_name(run):
    with run((node("sim", ends_graph=True), "print('one'); print(); print('two')")) as running:
        running.wait(lambda: None)
    assert run.said == [("sim", "one"), ("sim", "two")]


def test_a_node_that_is_told_to_end_is_not_listened_to(run):
    with run((node("sim", ends_graph=True), "pass"), (node("policy"), FOREVER)) as running:
        wait_until_ready(run, 1)
        running.wait(lambda: None)
    # Its KeyboardInterrupt is our doing, not its failure.
    assert run.said == [("policy", "ready")]


def test_parameters_go_through_a_file_and_keep_their_types(tmp_path):
    entry = node(
        "sim_node",
        config=Path("sim.yaml"),
        parameters={"midi": "a b/y", "sync": True, "n": 3},
        params_file=Path("mine.yaml"),
        remappings=(("/a", "/b"),),
        namespace="left",
        log_level="warn",
    )
    command = node_command(entry, tmp_path)
    assert command == [
        *(sys.executable, "-m", "sim_node", "--ros-args", "--remap", "__node:=sim_node", "--remap", "__ns:=/left"),
        *("--log-level", "warn"),
        *("--params-file", "sim.yaml", "--params-file", str(tmp_path / "sim_node.yaml"), "--params-file", "mine.yaml"),
        *("--remap", "/a:=/b"),
    ]
    content = json.loads((tmp_path / "sim_node.yaml").read_text())
    assert content == {EVERY_NODE: {"ros__parameters": {"midi": "a b/y", "sync": True, "n": 3}}}


def test_debug_lines_are_those_of_the_node_not_of_every_message(tmp_path):
    command = node_command(node("sim_node", log_level="debug"), tmp_path)
    assert command[-4:] == ["--log-level", "debug", "--log-level", "rcl:=info"]


def test_what_a_node_could_not_write_is_told_at_the_end(run):
    unwritten = (
        "import signal, sys, time\n"
        "def end(*_): sys.exit(print('error: recording x: No space left on device', flush=True) or 2)\n"
        "signal.signal(signal.SIGTERM, end); print('ready', flush=True); time.sleep(600)"
    )
    running = run((node("record", required=False), unwritten))
    with pytest.raises(UserError, match=r"^recording x: No space left on device$"), running:
        wait_until_ready(run, 1)


def test_a_simulator_that_does_not_end_is_not_waited_for_for_ever(run):
    with run((node("sim", ends_graph=True, stop_s=0.2), STUBBORN)) as running:
        wait_until_ready(run, 1)
        running.end_music()
        pids = processes(running)
    assert not any(alive(pid) for pid in pids)


def test_a_simulator_that_had_no_handler_yet_is_not_started_again_when_the_music_ends(run):
    with run((node("sim", ends_graph=True, stop_s=60.0), FOREVER), (node("policy"), FOREVER)) as running:
        wait_until_ready(run, 2)
        pids = processes(running)
        asked_s = time.monotonic()
        running.end_music()
        assert time.monotonic() - asked_s < 30.0
        assert processes(running) == pids
    assert not any("started again" in line or "Traceback" in line for _, line in run.said)


def test_a_simulator_that_waits_for_its_restart_is_not_waited_for(run, monkeypatch):
    monkeypatch.setattr(runner, "RESTART_DELAY_S", 600.0)
    with run((node("sim", ends_graph=True, stop_s=60.0), "raise SystemExit(1)")) as running:
        seen = []

        def until_restart() -> None:
            seen.extend(line for _, line in run.said if "started again" in line)
            if seen:
                raise KeyboardInterrupt

        with pytest.raises(KeyboardInterrupt):
            running.wait(until_restart)
        asked_s = time.monotonic()
        running.end_music()
        assert time.monotonic() - asked_s < 30.0
