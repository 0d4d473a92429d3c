"""The Gymnasium environment: small random corrections of the planner, and what they cost.

    python examples/gymnasium_rollout.py [SONG]

Needs gymnasium: pip install "pianomime[gym]", or make training.
"""

import sys
from typing import Any

import gymnasium

import pianomime.gym  # noqa: F401 (registers pianomime/Piano-v0)

song = sys.argv[1] if len(sys.argv) > 1 else "twinkle"
env: Any = gymnasium.make("pianomime/Piano-v0", song=song, nominal="planner", residual_share=0.02)
print("action:", env.action_space.shape, "actuator targets to add, rad and m")
for name, space in env.observation_space.spaces.items():
    print(f"observation {name}: {space.shape}")

for shake in (0.0, 0.5, 1.0):
    env.action_space.seed(0)
    observation, info = env.reset(seed=0)
    total, terminated = 0.0, False
    while not terminated:
        action = shake * env.action_space.sample()
        observation, reward, terminated, truncated, info = env.step(action)
        total += float(reward)
    score = info["score"]
    print(f"shaken by {shake:.0%}: return {total:.1f} in {score['frames']} steps, F1 {score['f1']:.3f}")

env.unwrapped.rollout().save("shaken.npz")
print("shaken.npz: look at it with  pianomime plot shaken.npz --out shaken.png")
