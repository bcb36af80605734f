"""A person's sessions, one after the other: a row for each, a calendar, and what changed, if anything did."""
