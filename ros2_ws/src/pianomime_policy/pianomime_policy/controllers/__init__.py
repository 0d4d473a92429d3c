"""Controllers: their protocol, the registry, and a folder for each."""
