"""The listener's own music: which files there are, what beat is in them, and their sound as it is wanted."""
