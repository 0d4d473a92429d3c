"""The simulator's loop with every command: steps, their parts, the pedal, times, and what follows the song."""

import threading

import numpy as np
import pytest
from playback_stage import PARTS, STEPS, Stage, fine_wave, wave

from pianomime_core.hands import target_joints


def stepped(simulator, targets):
    simulator.reset(np.zeros(len(simulator.joint_names)))
    return [simulator.step(row.astype(np.float32)) for row in targets]


@pytest.mark.parametrize("sync", [True, False])
def test_with_every_command_there_it_is_the_simulator_alone(simulator, sync):
    targets = wave(simulator)
    stage = Stage(simulator, lambda step: targets[step], sync=sync)
    playback = stage.play()
    assert playback.missed_steps == []
    assert np.array_equal(np.concatenate(playback.targets), np.stack(targets[:STEPS]).astype(np.float32))
    truth = stepped(simulator, targets[:STEPS])
    assert np.array_equal(stage.board.pressed, np.stack([state.key_pressed for state in truth]))
    step, state = playback.now
    assert step == STEPS
    assert np.array_equal(state.joint_positions, truth[-1].joint_positions)
    assert stage.shown == list(range(STEPS + 1))


@pytest.mark.parametrize("sync", [True, False])
def test_a_song_goes_on_in_the_middle(simulator, sync):
    targets = wave(simulator)
    stage = Stage(simulator, lambda step: targets[step], sync=sync, first=12)
    # Where the targets of that step are, or the first of them would be too fast.
    names = simulator.joint_names
    start = np.zeros(len(names))
    for name, target in zip(simulator.target_names, targets[12], strict=True):
        joints = target_joints(name)
        start[[names.index(joint) for joint in joints]] = target / len(joints)
    stage.playback.run(start, STEPS, threading.Event(), 12)
    assert stage.shown == list(range(12, STEPS + 1))
    assert np.array_equal(np.concatenate(stage.playback.targets), np.stack(targets[12:STEPS]).astype(np.float32))
    assert (stage.board.played, stage.playback.missed_steps) == (STEPS, [])


def test_real_time_begins_with_the_first_command_and_keeps_50_ms(simulator):
    targets = wave(simulator)
    silence = [True] * 5

    def answer(step):
        if step == 0 and silence:
            silence.pop()
            return None
        return targets[step]

    stage = Stage(simulator, answer)
    assert stage.play().missed_steps == []
    assert stage.shown == [0] * 5 + list(range(STEPS + 1))
    assert [stage.begins[step] for step in range(STEPS + 1)] == pytest.approx([0.05 * k for k in range(STEPS + 1)])


def test_the_pedal_is_where_the_commands_say(simulator):
    targets = wave(simulator)
    stage = Stage(simulator, lambda step: targets[step])
    stage.pedal = lambda step: 3 <= step < 7
    playback = stage.play()
    assert stage.board.pedal.tolist() == [3 <= step < 7 for step in range(STEPS)]
    assert stage.pedal_moved == [(3, True), (7, False)]
    assert not playback.pedal
    without = Stage(simulator, lambda step: targets[step]).play()
    assert np.array_equal(np.concatenate(playback.targets), np.concatenate(without.targets)), "the hands do not feel it"


def test_the_pedal_moves_within_a_step(simulator):
    targets = wave(simulator)
    stage = Stage(simulator, lambda step: np.tile(targets[step], (5, 1)), rows_per_step=5)
    stage.pedal = lambda step: {3: np.arange(5) >= 2, 4: np.arange(5) != 1, 5: np.arange(5) < 4}.get(step, False)
    playback = stage.play()
    assert stage.pedal_moved == [(3.4, True), (4.2, False), (4.4, True), (5.8, False)]
    assert np.flatnonzero(playback.pedals).tolist() == [17, 18, 19, 20, 22, 23, 24, 25, 26, 27, 28]
    assert np.flatnonzero(stage.board.pedal).tolist() == [3, 4], "scored at the end of a step, like the keys"


def test_sync_asks_again_until_answered_and_can_be_stopped(simulator):
    stop = threading.Event()
    asked = []

    def answer(step):
        asked.append(step)
        if len(asked) == 4:
            stop.set()

    stage = Stage(simulator, answer, sync=True)
    stage.playback.run(stage.start, STEPS, stop)
    assert asked == [0, 0, 0, 0]
    assert stage.board.played == 0


def test_times_are_reported(simulator):
    targets = wave(simulator)
    times = Stage(simulator, lambda step: targets[step]).play().times_ms()
    assert {name.rsplit("_", 2)[0] for name in times} == {"latency", "period", "physics", "jitter"}
    assert times["period_max_ms"] == pytest.approx(50.0)
    assert times["jitter_max_ms"] == pytest.approx(0.0, abs=1e-6)


@pytest.mark.parametrize("sync", [True, False])
def test_after_the_song_hands_and_foot_leave_what_they_hold(simulator, sync):
    names = simulator.target_names
    down = np.where(
        [name.endswith("forearm_tz") or name.endswith("FFJ0") for name in names], simulator.target_range[:, 1], 0.0
    )
    stage = Stage(simulator, lambda step: down, sync=sync)
    stage.pedal = lambda step: True
    playback = stage.play()
    _, before = playback.now
    ended_s = stage.now
    playback.lift()
    step, after = playback.now
    assert (step, stage.shown[-1]) == (STEPS + 10, STEPS + 10), "half a second, and it is shown"
    assert stage.now - ended_s == pytest.approx(0.0 if sync else 0.5)
    assert stage.pedal_moved == [(0, True), (STEPS, False)]
    fingers = [name.endswith("FFJ2") for name in simulator.joint_names]
    assert np.abs(before.joint_positions[fingers]).min() > 0.5
    assert np.abs(after.joint_positions[fingers]).max() < 0.1
    assert not after.key_pressed.any()
    # Neither scored nor kept.
    assert (stage.board.played, len(playback.targets)) == (STEPS, STEPS)


def finely_stepped(simulator, targets):
    simulator.reset(np.zeros(len(simulator.joint_names)))
    return [simulator.step(row.astype(np.float32), 2) for step in targets for row in step]


@pytest.mark.parametrize("sync", [True, False])
def test_the_parts_of_a_step_are_played_one_after_another(simulator, sync):
    targets = fine_wave(simulator)
    stage = Stage(simulator, lambda step: targets[step], sync=sync, rows_per_step=PARTS)
    playback = stage.play()
    assert playback.missed_steps == []
    truth = finely_stepped(simulator, np.array(playback.targets))
    assert np.array_equal(np.array(playback.targets)[1:], np.stack(targets[1:STEPS]).astype(np.float32))
    assert np.array_equal(np.concatenate(playback.pressed), np.stack([state.key_pressed for state in truth]))
    assert np.array_equal(stage.board.pressed, np.stack([state.key_pressed for state in truth])[PARTS - 1 :: PARTS])
    assert np.array_equal(playback.now[1].joint_positions, truth[-1].joint_positions)
    if not sync:
        assert [stage.begins[step] for step in range(STEPS + 1)] == pytest.approx([0.05 * k for k in range(STEPS + 1)])
