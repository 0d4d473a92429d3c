"""The planner, after it has tried on the model what is to come."""
