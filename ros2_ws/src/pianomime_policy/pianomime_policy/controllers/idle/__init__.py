"""Does nothing: the baseline."""
