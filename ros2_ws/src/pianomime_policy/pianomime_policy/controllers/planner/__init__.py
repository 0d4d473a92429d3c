"""Searches and solvers, no learning: plays any score, and teaches."""
