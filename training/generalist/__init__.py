"""The generalist policy: data by asking the planner, training, export. The policy is `pianomime_policy.generalist`."""
