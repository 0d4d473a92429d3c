"""The command `pianomime`: one file per subcommand, and its command-line options."""
