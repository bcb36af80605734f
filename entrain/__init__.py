"""entrain: rhythmic entrainment coaching at a desk."""

__version__ = "0.2.0"
