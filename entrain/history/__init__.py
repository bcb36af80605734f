"""One person's sessions over time: a row for each, a calendar, what changed and how certain that is."""
