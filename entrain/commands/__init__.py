"""One module for each command; each imports what it needs and nothing more."""
