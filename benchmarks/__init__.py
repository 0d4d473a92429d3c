"""Measurements: `make bench` runs the quick ones; each module also runs alone: `python -m benchmarks.expert_replay`."""
