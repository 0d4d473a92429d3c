"""Goals as 16 numbers: the autoencoder of PianoMime."""

from training.goal_autoencoder.network import GoalAutoencoder

__all__ = ["GoalAutoencoder"]
