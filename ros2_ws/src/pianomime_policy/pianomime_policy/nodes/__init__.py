"""The nodes, and how they answer each step once."""
