"""The simulator's loop where commands are missing: it holds, lifts the hands, or gives up."""

import numpy as np
import pytest
from playback_stage import PARTS, STEPS, Stage, fine_wave, wave

from pianomime_core.errors import UnsafeError
from pianomime_description.variant import SceneConfig
from pianomime_physics.simulator import Simulator
from pianomime_sim.playback import lifted


def test_a_missing_command_holds_the_last_one(simulator):
    targets = wave(simulator)
    playback = Stage(simulator, lambda step: None if step in (5, 6, 9) else targets[step]).play()
    assert playback.missed_steps == [5, 6, 9]
    assert playback.lifted_steps == 0
    for step, held in ((5, 4), (6, 4), (7, 7), (9, 8)):
        assert np.array_equal(playback.targets[step][0], targets[held].astype(np.float32))


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


@pytest.mark.parametrize(("sync", "unanswered"), [(True, 0), (True, 7), (False, 0)])
def test_who_waits_for_ever_gives_up(simulator, sync, unanswered):
    targets = wave(simulator)
    stage = Stage(simulator, lambda step: targets[step] if step < unanswered else None, sync=sync, give_up_s=0.01)
    with pytest.raises(UnsafeError, match=f"state of step {unanswered} was not answered by a command within 0.01 s"):
        stage.play()
    assert stage.shown == [*range(unanswered), *[unanswered] * 10]


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
