"""Search on the model: play a passage in simulation, change it, keep what costs least."""
