"""Search for a better way to play the first bars of a song, in the simulator, segment by segment.

    python examples/refine_a_bar.py [SONG] [SECONDS]

`pianomime refine` does this to whole songs, with checkpoints and over many processes.
"""

import sys

import pianomime as pm
from pianomime_policy import RefineConfig, Refinement

name, seconds = (*sys.argv[1:], *("fuer_elise", "4")[len(sys.argv) - 1 :])

song = pm.load_song(name)
end_s = song.start_s + float(seconds)
bar = pm.Score(tuple(note for note in song.notes if note.offset_s <= end_s), title=f"{song.title}, {seconds} s")
roll = pm.piano_roll(bar)
scene = pm.SceneConfig(hand_collisions=True)

planned = pm.play_episode(pm.Simulator(scene), pm.make_controller("planner", scene), roll)
print(f"{bar.title}: planner F1 {planned.score.f1:.3f}, onset F1 {planned.score.onset_f1:.3f}")

search = Refinement(roll, scene, RefineConfig(effort=20, seed=0))
while search.step < search.steps:
    search.advance()
    print(f"{search.step} of {search.steps} steps decided, {search.simulated_steps} simulated")

refined = pm.score(roll.goal, search.best().pressed)
print(f"{bar.title}: refined F1 {refined.f1:.3f}, onset F1 {refined.onset_f1:.3f}")
