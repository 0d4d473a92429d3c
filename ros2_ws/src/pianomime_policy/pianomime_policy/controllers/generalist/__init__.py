"""The frozen policy: networks in place of the planner's search and solver."""
