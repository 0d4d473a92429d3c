"""Pictures of docs/planner.md: `python -m docs.planner_pictures NAME... --out docs/images`."""
