"""Figures as SVG, from data that is ready to be shown: nothing here computes a figure of its own."""
