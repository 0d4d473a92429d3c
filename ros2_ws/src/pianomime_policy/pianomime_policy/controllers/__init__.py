"""Who decides: the protocol of a controller, the registry, and a folder for each."""
