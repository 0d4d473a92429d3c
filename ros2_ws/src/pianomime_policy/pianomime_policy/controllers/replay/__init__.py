"""Replays a rollout with feedback."""
