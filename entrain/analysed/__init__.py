"""What the analysis and a report take of a stored session: its series, its guidance, its changes."""
