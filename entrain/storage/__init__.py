"""Where sessions and presets are kept: the session log, the preset files, exports."""
