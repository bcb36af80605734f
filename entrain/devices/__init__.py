"""Adapters at the edge: hearts (Bluetooth, simulated, replayed, tapped) in, sound out."""
