"""Sizes of videos."""

SIZES = {"480p": (854, 480), "720p": (1280, 720), "1080p": (1920, 1080)}
"""Name: (width, height) in pixels; both even, as the codec requires."""
DEFAULT_SIZE = "720p"
