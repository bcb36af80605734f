"""What a recording says: HRV, entrainment, resonance. The one home of SciPy."""
