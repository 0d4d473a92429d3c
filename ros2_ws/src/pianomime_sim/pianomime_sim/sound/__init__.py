"""What the robot pressed, to be heard: a piano played from a soundfont, into an array or a WAV file."""
