"""From fingers to fingertip targets: the plan of a song, hand paths, fingertip targets, the sustain pedal."""
