"""From a score to samples: voices, levels, rendering by absolute frame. NumPy only, no device."""
