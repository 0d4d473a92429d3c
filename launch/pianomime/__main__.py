"""`python -m pianomime` is the `pianomime` command."""

import sys

from pianomime.commands.cli import main

if __name__ == "__main__":
    sys.exit(main())
