"""The command `pianomime`: one file a subcommand, and what it reads from the command line."""
