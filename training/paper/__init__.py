"""PianoMime's two-stage system and the baselines of its Table 1, as configurations; see docs/paper.md."""
