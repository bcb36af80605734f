"""Widgets of our own: each draws plain data it is shown, and repaints only what changed."""
