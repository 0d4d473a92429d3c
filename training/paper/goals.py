"""Encodings of goals for the networks: codes of the autoencoder, or the keys themselves."""

from pathlib import Path
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from pianomime_core.errors import unknown_value
from pianomime_core.keyboard import NUM_KEYS

CODES, KEYS = "codes", "keys"


class Goals(Protocol):
    """Encodes goal rows as numbers, each row independently."""

    def encode(self, rows: NDArray[np.bool_]) -> NDArray[np.float32]:
        """(N, 88) bool -> (N, G)."""
        ...


class Keys:
    """The 88 keys as zeros and ones, the paper's "without SDF"."""

    def encode(self, rows: NDArray[np.bool_]) -> NDArray[np.float32]:
        """See `Goals`."""
        return rows.astype(np.float32).reshape(-1, NUM_KEYS)


def load_goals(kind: str, autoencoder: Path) -> Goals:
    """Return the goal encoding of a configuration; the autoencoder's file is read only for codes.

    Raises:
        UserError: Unknown kind; no such autoencoder.
    """
    if kind == KEYS:
        return Keys()
    if kind == CODES:
        from training.goal_autoencoder import GoalAutoencoder

        return GoalAutoencoder.load(autoencoder)
    raise unknown_value("kind of goals", kind, (CODES, KEYS))
