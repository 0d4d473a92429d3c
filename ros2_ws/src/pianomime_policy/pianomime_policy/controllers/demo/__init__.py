"""Plays a pianist's demonstration with the pianist's fingering."""
