"""Search and optimisation without learning: plays any score, and labels training data."""
