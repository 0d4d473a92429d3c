"""The planner, after trying the coming music on a model of the robot."""
