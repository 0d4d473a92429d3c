"""Watch a video of a pianist, keep what was seen as a demonstration, and let the robot play it with the same fingers.

    python examples/perceive_demonstration.py VIDEO SONG.mid [DEMO.npz]

VIDEO shows all 88 keys from above; SONG.mid is what is played in it. Needs OpenCV and MediaPipe: make perceive.
"""

import sys

import pianomime as pm
from pianomime_perception.demonstration_from_video import demonstration_from_video

if len(sys.argv) < 3:
    sys.exit("usage: python examples/perceive_demonstration.py VIDEO SONG.mid [DEMO.npz]")
video, midi, out = (*sys.argv[1:4], "demonstration.npz")[:3]

try:
    demonstration = demonstration_from_video(
        video, pm.load_song(midi), progress=lambda step, share: print(f"{step} {share:.0%}")
    )
except pm.UserError as error:
    sys.exit(f"{video}: {error}")
demonstration.save(out)
print(f"{out}: {len(demonstration.pitch)} notes, fingers {1e3 * demonstration.assignment_distance_m:.1f} mm from keys")

result = pm.play_episode(pm.Simulator(), pm.make_controller("demo", model=out), pm.load_song(out))
print(f"the robot plays it with F1 {result.score.f1:.3f}")
