"""Play a song, print how well, keep the rollout and draw it: right, missed and wrong keys, and the fingertips.

    python examples/play_and_plot.py [SONG] [OUT.png]

SONG is a MIDI file or the name of a bundled song.
"""

import sys
from pathlib import Path

import pianomime as pm
from pianomime.reports.plot import plot

name, picture = (*sys.argv[1:], *("twinkle", "twinkle.png")[len(sys.argv) - 1 :])

song = pm.load_song(name)
print(f"{song.title}: {len(song.notes)} notes in {song.end_s - song.start_s:.1f} s")

simulator = pm.Simulator()
controller = pm.make_controller("planner")
result = pm.play_episode(simulator, controller, song)
print(f"precision {result.score.precision:.3f}, recall {result.score.recall:.3f}, F1 {result.score.f1:.3f}")
print(f"onset F1 {result.score.onset_f1:.3f}: notes begun within 50 ms")

rollout = Path(picture).with_suffix(".npz")
result.rollout.save(rollout)
plot(rollout, Path(picture))
