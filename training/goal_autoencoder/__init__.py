"""The goal autoencoder of PianoMime: goals as 16 numbers."""

from training.goal_autoencoder.network import GoalAutoencoder

__all__ = ["GoalAutoencoder"]
