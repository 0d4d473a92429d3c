"""Time RoboPianist's own environment: run by `simulator_speed` with the Python of .venv-reference.

`python -m benchmarks.robopianist_steps TARGETS.npy` plays the targets once for each line it reads and answers with a
JSON line: CPU seconds, and the keys pressed after each step.
"""

import json
import sys
import time

import numpy as np
from robopianist_reference import load_song, make_environment

from pianomime_description import SceneConfig


def main(targets_file: str) -> None:
    """Play the targets in the PianoMime variant; observation, reward and key state included."""
    targets = np.load(targets_file)
    actions = np.column_stack([targets, np.zeros(len(targets))])
    # Without the wrapper that keeps the score.
    environment = make_environment(load_song("TwinkleTwinkleRousseau"), SceneConfig())._environment
    for _ in sys.stdin:
        environment.reset()
        started_s = time.process_time()
        pressed = []
        for action in actions:
            environment.step(action)
            pressed.append(np.flatnonzero(environment.task.piano.activation).tolist())
        cpu_s = time.process_time() - started_s
        print(json.dumps({"cpu_s": cpu_s, "pressed": pressed}), flush=True)


if __name__ == "__main__":
    main(sys.argv[1])
