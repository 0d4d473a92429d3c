"""Networks in the place of the planner's searches and solvers: the frozen policy."""
