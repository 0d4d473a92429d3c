"""Times RoboPianist's own environment; run by `simulator_speed` with the Python of .venv-reference.

`python -m benchmarks.robopianist_steps TARGETS.npy` plays the targets, as many as Twinkle has steps, once for each line
it reads, and answers with a JSON line: the fields of `simulator_speed.Episode`, and the song's goal.
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
    environment = make_environment(load_song("TwinkleTwinkleRousseau"), SceneConfig())
    for _ in sys.stdin:
        environment.reset()
        step_s, pressed = [], []
        for action in actions:
            started_s = time.process_time()
            timestep = environment.step(action)
            step_s.append(time.process_time() - started_s)
            pressed.append(np.flatnonzero(environment.task.piano.activation).tolist())
        if not timestep.last():
            raise ValueError(f"{len(targets)} targets do not reach the end of the song")
        # The wrapper computes its metric in the last step.
        episode = {
            "stepping_s": sum(step_s[:-1]) * len(step_s) / (len(step_s) - 1),
            "scoring_s": step_s[-1],
            "pressed": pressed,
            "f1": float(environment.get_musical_metrics()["f1"]),
            "goal": [[int(note.key) for note in notes] for notes in environment.task._notes],
        }
        print(json.dumps(episode), flush=True)


if __name__ == "__main__":
    main(sys.argv[1])
