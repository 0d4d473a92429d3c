"""What was played, as tables, plots, sound and video."""
