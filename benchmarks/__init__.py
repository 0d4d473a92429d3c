"""Measurements: `make bench` runs the quick ones; modules also run alone: `python -m benchmarks.expert_replay`."""
