"""Shapes and palettes of the breathing figure, as arrays: for the terminal, a report, a browser, a film."""
