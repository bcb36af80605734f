"""A score as a film: its frames, its letters, and the file that they and the sound go into."""
