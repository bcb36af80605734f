"""The presets there are: shipped and own, checked, written, shared."""
