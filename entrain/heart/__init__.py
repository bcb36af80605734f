"""From a strap's bytes to beats and a pulse: codec, timeline, artefacts, rate. Pure, no clock."""
