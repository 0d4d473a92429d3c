"""Files shipped with the package, and output files."""
