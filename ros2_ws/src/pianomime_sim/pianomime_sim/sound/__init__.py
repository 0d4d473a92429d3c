"""Sound of what the robot pressed: a piano from a soundfont, into an array or a WAV file."""
