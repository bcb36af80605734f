"""Weeks, not minutes: what a programme is, and where somebody stands in it. Pure; no file and no clock."""
