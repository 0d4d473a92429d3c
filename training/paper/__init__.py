"""PianoMime's two-stage system and the baselines of its Table 1, as configurations of one code; see docs/paper.md."""
