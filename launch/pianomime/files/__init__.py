"""Files that come with the package, and files to be written."""
