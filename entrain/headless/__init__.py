"""A session without a screen: lines, one line, or one JSON object a line on stdout; signals and keys in."""
