"""The simulator's loop: with every command, with late ones, and without any."""

import threading

import numpy as np
import pytest

from pianomime_core.errors import UnsafeError
from pianomime_core.hands import target_joints
from pianomime_description.variant import SceneConfig
from pianomime_physics.simulator import Simulator
from pianomime_sim.command_buffer import CommandBuffer
from pianomime_sim.playback import Playback, PlaybackConfig, lifted
from pianomime_sim.scoreboard import Scoreboard

STEPS = 20


@pytest.fixture(scope="module")
def simulator():
    return Simulator(SceneConfig())


class Stage:
    """A playback on a clock that moves only in sleeps; `answer(step)` is the policy: targets, or None for silence."""

    def __init__(self, simulator, answer, *, first=0, sync=False, stale_hold_s=0.2, rows_per_step=1, **config) -> None:
        self.now = 0.0
        self.shown = []
        self.pedal = lambda step: False
        self.pedal_moved = []
        self.begins = {}
        self.answer, self.rows_per_step = answer, rows_per_step
        self.commands = CommandBuffer(clock=lambda: self.now)
        self.board = Scoreboard(STEPS, first=first)
        self.playback = Playback(
            simulator,
            self.commands,
            self.board,
            PlaybackConfig(sync=sync, stale_hold_s=stale_hold_s, republish_period_s=0.001, **config),
            self.publish,
            clock=lambda: self.now,
            sleep=self.sleep,
            on_pedal=lambda step, down: self.pedal_moved.append((step, down)),
        )
        self.start = np.zeros(len(simulator.joint_names))

    def publish(self, step, state) -> None:
        self.shown.append(step)
        self.begins.setdefault(step, self.now)
        targets = self.answer(step)
        if targets is not None:
            rows = np.atleast_2d(targets)
            self.commands.put(step, rows, np.broadcast_to(self.pedal(step), len(rows)), self.rows_per_step)

    def sleep(self, seconds) -> None:
        self.now += seconds

    def play(self):
        self.playback.run(self.start, STEPS, threading.Event())
        return self.playback


def wave(simulator):
    """Targets of each step: every target moves through its range."""
    lowest, highest = simulator.target_range.T
    return [lowest + (highest - lowest) * (0.5 + 0.4 * np.sin(0.3 * step)) for step in range(STEPS + 1)]


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


def test_a_missing_command_holds_the_last_one(simulator):
    targets = wave(simulator)
    playback = Stage(simulator, lambda step: None if step in (5, 6, 9) else targets[step]).play()
    assert playback.missed_steps == [5, 6, 9]
    assert playback.lifted_steps == 0
    for step, held in ((5, 4), (6, 4), (7, 7), (9, 8)):
        assert np.array_equal(playback.targets[step][0], targets[held].astype(np.float32))


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


def test_without_commands_the_pedal_is_held_and_then_lifted_with_the_hands(simulator):
    targets = wave(simulator)
    stage = Stage(simulator, lambda step: targets[step] if step < 5 else None, stale_hold_s=0.2)
    stage.pedal = lambda step: step >= 2
    playback = stage.play()
    lifted_from = STEPS - playback.lifted_steps
    assert lifted_from == 4 + 0.2 / 0.05 + 1
    assert stage.board.pedal.tolist() == [2 <= step < lifted_from for step in range(STEPS)]
    assert stage.pedal_moved == [(2, True), (lifted_from, False)]


def test_a_chunk_bridges_silence(simulator):
    targets = wave(simulator)
    playback = Stage(simulator, lambda step: np.stack(targets[step : step + 3]) if step % 3 == 0 else None).play()
    assert playback.missed_steps == []
    assert np.array_equal(np.concatenate(playback.targets), np.stack(targets[:STEPS]).astype(np.float32))


def test_when_commands_stop_the_hands_hold_then_lift(simulator):
    targets = wave(simulator)
    playback = Stage(simulator, lambda step: targets[step] if step < 8 else None, stale_hold_s=0.2).play()
    assert playback.missed_steps == list(range(8, STEPS))
    held, up = targets[7].astype(np.float32), lifted(simulator.target_names, targets[7]).astype(np.float32)
    # 0.2 s after the last answer, that of step 7.
    assert all(np.array_equal(playback.targets[step][0], held) for step in range(8, 12))
    assert all(np.array_equal(playback.targets[step][0], up) for step in range(12, STEPS))
    assert playback.lifted_steps == STEPS - 12
    assert playback.lifting
    assert playback.stale_s == pytest.approx(0.05 * (STEPS - 1 - 7))


def test_a_command_ends_the_lifting(simulator):
    targets = wave(simulator)
    playback = Stage(simulator, lambda step: None if 2 <= step < STEPS - 1 else targets[step]).play()
    assert playback.lifted_steps > 0
    assert (playback.stale_s, playback.lifting) == (0.0, False)


@pytest.mark.parametrize("variant", ["pianomime", "robopianist"])
def test_lifted_hands_press_nothing_and_stay_where_they_are(variant):
    simulator = Simulator(SceneConfig(variant=variant))
    names = simulator.target_names
    down = np.array([0.6 if name.endswith("J3") else 0.0 for name in names])
    down[names.index("rh_forearm_tx")] = 0.1
    state = simulator.reset(None)
    for _ in range(40):
        state = simulator.step(down)
    place = state.joint_positions[simulator.joint_names.index("rh_forearm_tx")]
    up = lifted(names, down)
    for _ in range(20):
        state = simulator.step(up)
    assert not state.key_pressed.any()
    assert state.joint_positions[simulator.joint_names.index("rh_forearm_tx")] == pytest.approx(place, abs=0.01)


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


@pytest.mark.parametrize(("sync", "unanswered"), [(True, 0), (True, 7), (False, 0)])
def test_who_waits_for_ever_gives_up(simulator, sync, unanswered):
    targets = wave(simulator)
    stage = Stage(simulator, lambda step: targets[step] if step < unanswered else None, sync=sync, give_up_s=0.01)
    with pytest.raises(UnsafeError, match=f"state of step {unanswered} was not answered by a command within 0.01 s"):
        stage.play()
    assert stage.shown == [*range(unanswered), *[unanswered] * 10]


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


PARTS = 5


def fine_wave(simulator):
    """Targets (5, m) of each step, 10 ms apart."""
    lowest, highest = simulator.target_range.T
    at = 0.5 + 0.4 * np.sin(0.3 * np.arange((STEPS + 1) * PARTS) / PARTS)
    return list((lowest + (highest - lowest) * at[:, None]).reshape(STEPS + 1, PARTS, -1))


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


def test_without_commands_the_last_part_is_held_then_lifted(simulator):
    targets = fine_wave(simulator)
    stage = Stage(simulator, lambda step: targets[step] if step < 8 else None, stale_hold_s=0.2, rows_per_step=PARTS)
    playback = stage.play()
    last = targets[7][-1]
    held, up = last.astype(np.float32), lifted(simulator.target_names, last).astype(np.float32)
    assert all(np.array_equal(playback.targets[step], np.tile(held, (PARTS, 1))) for step in range(8, 12))
    # Lifting jumps as far as the speed limit lets it.
    assert all(np.array_equal(playback.targets[step][-1], up) for step in range(13, STEPS))
    playback.lift()
    assert len(playback.targets) == STEPS
