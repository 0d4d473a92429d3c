"""Plays a rollout again, corrected by feedback."""
