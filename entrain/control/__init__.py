"""The session as `reduce(state, event) -> (state, effects)`: phases, bounds, decisions. Pure, no clock."""
