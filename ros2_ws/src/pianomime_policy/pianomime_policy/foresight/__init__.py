"""Playing with the simulator in the loop: try several ways on the model, then play the one that went best."""
