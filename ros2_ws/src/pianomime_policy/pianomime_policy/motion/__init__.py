"""From fingers to fingertip targets: the plan of a song, where hands and fingertips are to be, the sustain pedal."""
