"""Sees only the keys held now."""
