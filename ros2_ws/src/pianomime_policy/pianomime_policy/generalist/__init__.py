"""The generalist: one frozen policy of networks, distilled from the planner, that plays any music."""
