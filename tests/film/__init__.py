"""Films: what is drawn, what is encoded, and what others read in the file."""
