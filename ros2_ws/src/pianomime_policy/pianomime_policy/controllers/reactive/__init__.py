"""Plays along, knowing only the keys held now."""
