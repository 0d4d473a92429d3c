"""Time RoboPianist's own environment: run by `simulator_speed` with the Python of .venv-reference.

`python -m benchmarks.robopianist_steps TARGETS.npy EPISODES` prints one JSON object: CPU seconds of each episode and
the keys pressed in the last.
"""

import json
import sys
import time

import numpy as np
from robopianist_reference import load_song, make_environment

from pianomime_description import SceneConfig


def main(targets_file: str, episodes: int) -> None:
    """Play the targets `episodes` times in the PianoMime variant; observation, reward and key state included."""
    targets = np.load(targets_file)
    actions = np.column_stack([targets, np.zeros(len(targets))])
    # Without the wrapper that keeps the score.
    environment = make_environment(load_song("TwinkleTwinkleRousseau"), SceneConfig())._environment
    cpu_s = []
    for _ in range(episodes):
        environment.reset()
        started_s = time.process_time()
        pressed = []
        for action in actions:
            environment.step(action)
            pressed.append(np.flatnonzero(environment.task.piano.activation).tolist())
        cpu_s.append(time.process_time() - started_s)
    print(json.dumps({"cpu_s": cpu_s, "pressed": pressed}))


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
