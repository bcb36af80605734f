"""The session log: one SQLite file, appended to by a thread of its own, read back record by record."""
