"""Plays a pianist's demonstration, with his fingers on his notes."""
