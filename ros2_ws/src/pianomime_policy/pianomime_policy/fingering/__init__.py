"""From notes to fingers: which finger plays which note, and when it lets go."""
