"""Many simulated people under many policies: real hearts, the real controller, no clock, no sound, no log."""
